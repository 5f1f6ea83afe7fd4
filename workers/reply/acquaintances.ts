import type { LiveEvent } from '../../protocol/event.ts';
import type { Exchange } from './answerer.ts';
import type { Verdict } from './outcome.ts';
import { normalise } from './question.ts';
import { viewerOf } from './topic.ts';
import type { BucketsState } from './viewer-buckets.ts';
import { ViewerBuckets } from './viewer-buckets.ts';

export interface AcquaintancesOptions {
  chatBurst: number;
  chatEveryMs: number;
  repeatMs: number;
  greetAgainMs: number;
}

export interface AcquaintancesState {
  greeted: [key: string, at: number, eventId: string][];
  buckets: BucketsState;
  exchanges: Exchange[];
}

const maxGreeted = 5_000;
const maxExchanges = 300;
/** Of one viewer. */
const recentExchanges = 3;
const exchangeMs = 1_800_000;
/** Of each, in what outlives the process. */
const maxKept = 1_000;
const maxTextLength = 200;

/**
 * What is known of the viewers of a room: who was greeted, who wrote how much, and what they were answered. Says of an event that it
 * gets no answer for these reasons. Who paid is always answered. Guests, of whom no id is known, cannot be told from one another. Pure.
 */
export class Acquaintances {
  readonly #options: AcquaintancesOptions;
  readonly #buckets: ViewerBuckets;
  readonly #greeted = new Map<string, { at: number; eventId: string }>();
  #exchanges: Exchange[] = [];

  constructor(options: AcquaintancesOptions) {
    this.#options = options;
    this.#buckets = new ViewerBuckets({ burst: options.chatBurst, everyMs: options.chatEveryMs });
  }

  /** Why an event gets no answer; undefined: it may. `again`: it has been with somebody before, who counted it. */
  refuse(event: LiveEvent, now: number, again: boolean): Verdict | undefined {
    const viewer = viewerOf(event);
    if (viewer === undefined) return undefined;
    const skipped = (reason: string): Verdict => ({ what: 'skipped', reason });
    if (event.kind === 'chat') {
      const text = normalise(event.text);
      const isSame = (each: Exchange) =>
        each.viewer === viewer && now - each.at < this.#options.repeatMs && normalise(each.question) === text;
      if (this.#exchanges.some(isSame)) return skipped('this viewer was answered the same just now');
      if (!again && !this.#buckets.take(viewer, now)) return skipped('too much of this viewer at once');
      return undefined;
    }
    const key = greetingKey(event);
    const greeted = key === undefined ? undefined : this.#greeted.get(key);
    if (!greeted || now - greeted.at >= this.#options.greetAgainMs || greeted.eventId === event.id)
      return undefined;
    return skipped(event.kind === 'enter' ? 'greeted already' : 'thanked already');
  }

  /** An answer to these events is about to be published; true: somebody is greeted with it, who must not be greeted again. */
  answering(events: readonly LiveEvent[], answer: string, now: number): boolean {
    let greets = false;
    for (const event of events) {
      const viewer = viewerOf(event);
      if (viewer === undefined) continue;
      const key = greetingKey(event);
      if (key !== undefined) {
        greets = true;
        this.#greeted.delete(key);
        this.#greeted.set(key, { at: now, eventId: event.id });
      }
      if (event.kind === 'chat')
        this.#exchanges.push({
          viewer,
          question: event.text.slice(0, maxTextLength),
          answer: answer.slice(0, maxTextLength),
          at: now,
        });
    }
    for (const oldest of this.#greeted.keys()) {
      if (this.#greeted.size <= maxGreeted) break;
      this.#greeted.delete(oldest);
    }
    this.#exchanges = this.#exchanges.slice(-maxExchanges);
    return greets;
  }

  /** The last that was said to and by the viewers of these events, oldest first. */
  recent(events: readonly LiveEvent[], now: number): Exchange[] {
    const viewers = new Set(events.map(viewerOf));
    return this.#exchanges
      .filter(({ viewer, at }) => viewers.has(viewer) && now - at < exchangeMs)
      .slice(-recentExchanges);
  }

  view(now: number): AcquaintancesState {
    const greeted = [...this.#greeted]
      .filter(([, { at }]) => now - at < this.#options.greetAgainMs)
      .slice(-maxKept)
      .map(([key, { at, eventId }]): [string, number, string] => [key, at, eventId]);
    const exchanges = this.#exchanges.filter(({ at }) => now - at < exchangeMs);
    return { greeted, buckets: this.#buckets.view(now, maxKept), exchanges };
  }

  restore({ greeted, buckets, exchanges }: AcquaintancesState): void {
    this.#greeted.clear();
    for (const [key, at, eventId] of greeted) this.#greeted.set(key, { at, eventId });
    this.#buckets.restore(buckets);
    this.#exchanges = exchanges.slice(-maxExchanges);
  }
}

/** Who is greeted, or thanked for something that costs nothing to do again and again. */
function greetingKey(event: LiveEvent): string | undefined {
  const viewer = viewerOf(event);
  if (viewer === undefined || !['enter', 'follow', 'share'].includes(event.kind)) return undefined;
  return `${event.kind} ${viewer}`;
}
