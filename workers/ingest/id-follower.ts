import type { LiveEvent } from '../../protocol/event.ts';
import { eventSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import type { BusPresence } from './bus-presence.ts';
import { eventsNow } from './last-message.ts';

interface IdFollowerOptions {
  bus: Pick<Bus, 'read' | 'connection'>;
  presence: Pick<BusPresence, 'isAway'>;
  onEvent: (event: LiveEvent) => void;
  log: Logger;
  signal: AbortSignal;
  /** How far before its beginning it hears of events. */
  reachMs: number;
}

/** Of all events that there are, without a gap: those since `fromMs` in unix milliseconds, with these sequences. */
export interface Heard {
  fromMs: number;
  firstSeq: number;
  lastSeq: number;
  /** The last event of each room that had any. */
  lastOf: ReadonlyMap<string, StoredAt>;
}

/** Where and when the stream has stored a message: its sequence, and unix milliseconds. */
export interface StoredAt {
  seq: number;
  timeMs: number;
}

const allEvents = eventSubject('*', '*');
/**
 * Not faster: in a storm a spare falls behind, and takes no core from those who work. A busy room's last minute is heard within a few
 * seconds, as one spare may be needed soon after another.
 */
const rest = { events: 50, ms: 50 };
/** Who takes over waits no longer for what is missing, and not for more than can be had by then. */
const catchUpMs = 500;
/** Nothing more comes: the last event is one that nobody is to hear, of an epoch that is over. */
const silentMs = 60;
const mostMissing = 1_000;
const lookMs = 2;

/**
 * Hears of the events of all rooms as the active process publishes them, so that a spare knows what a room sends again without reading
 * a minute of events first: 300 ms in a busy room.
 */
export class IdFollower implements AsyncDisposable {
  readonly #options: IdFollowerOptions;
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  readonly #begunMs = Date.now();
  readonly #fromMs: number;
  readonly #following: Promise<void>;
  #firstSeq = 0;
  #lastSeq = 0;
  readonly #lastOf = new Map<string, StoredAt>();
  #isLost = false;
  #caughtUp: Promise<Heard | undefined> | undefined;

  constructor(options: IdFollowerOptions) {
    this.#options = options;
    this.#fromMs = this.#begunMs - options.reachMs;
    this.#following = this.#follow(AbortSignal.any([options.signal, this.#stop.signal]));
  }

  /** The barrier: what was heard of, once that is everything that was published before the call; undefined when it is too far behind. Ends the following. */
  async catchUp(): Promise<Heard | undefined> {
    this.#caughtUp ??= this.#catchUp();
    return await this.#caughtUp;
  }

  /** Asks what `catchUp` will ask, so that this has been done before. Never throws. */
  async rehearse(): Promise<void> {
    const { bus, log } = this.#options;
    await eventsNow(bus.connection).catch((error: unknown) =>
      log.warn({ err: error }, 'the last event is not known'),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { bus, onEvent, log } = this.#options;
    let restedAt = performance.now();
    let count = 0;
    try {
      const from = { timeMs: this.#fromMs };
      for await (const { body, seq, message } of bus.read('EVENTS', 'event', {
        filter: allEvents,
        from,
        signal,
      })) {
        onEvent(body);
        if (this.#firstSeq === 0) this.#firstSeq = seq;
        this.#lastSeq = seq;
        this.#lastOf.set(body.room, { seq, timeMs: message.time.getTime() });
        count += 1;
        if (count % rest.events > 0 || this.#hurry.signal.aborted) continue;
        const leftMs = restedAt + rest.ms - performance.now();
        if (leftMs > 0) await delay(leftMs, AbortSignal.any([signal, this.#hurry.signal]));
        restedAt = performance.now();
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'events are not followed');
    }
    this.#isLost = true;
  }

  async #catchUp(): Promise<Heard | undefined> {
    const { bus, presence, log, signal } = this.#options;
    this.#hurry.abort();
    try {
      if (presence.isAway) return undefined;
      const { lastSeq: last, madeMs } = await eventsNow(bus.connection);
      // One that was made anew counts from the beginning.
      if (this.#lastSeq === 0 || madeMs >= this.#begunMs || last - this.#lastSeq > mostMissing)
        return undefined;
      await this.#until(last, signal);
      if (this.#lastSeq < last) return undefined;
      return {
        fromMs: this.#fromMs,
        firstSeq: this.#firstSeq,
        lastSeq: this.#lastSeq,
        lastOf: this.#lastOf,
      };
    } catch (error) {
      log.warn({ err: error }, 'the last event is not known');
      return undefined;
    } finally {
      this.#stop.abort();
    }
  }

  async #until(last: number, signal: AbortSignal): Promise<void> {
    const begun = performance.now();
    for (let at = begun, seq = this.#lastSeq; seq < last && !this.#isLost; seq = this.#lastSeq) {
      await delay(lookMs, signal);
      const now = performance.now();
      if (this.#lastSeq > seq) at = now;
      if (now - at > silentMs || now - begun > catchUpMs) return;
    }
  }
}
