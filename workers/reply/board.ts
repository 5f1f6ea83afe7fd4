import type { EventKind, LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import type { OutcomeKind, Priority } from '../../protocol/speech.ts';

export interface BoardOptions {
  /** How long events of one topic wait for each other. */
  mergeWindowMs: number;
  /** Least time between two thanks for likes. */
  likeEveryMs: number;
  /** Events on the board; beyond it the least worth are shed, paid ones never. */
  maxWaiting: number;
}

/** Events that one utterance answers. */
export interface Topic {
  key: string;
  kind: EventKind;
  priority: Priority;
  events: LiveEvent[];
  firstAt: number;
  lastAt: number;
  /** It takes no further events, and waits for none. */
  sealed: boolean;
}

/** An event that the board let go, and why. */
export interface LetGo {
  event: LiveEvent;
  what: Extract<OutcomeKind, 'skipped' | 'shed' | 'expired'>;
  reason: string;
}

/** A streak that never pauses is thanked for after so long all the same. */
const longestMergeMs = 15_000;

/** More events than this are not answered by one utterance: every segment carries the ids of all. */
const maxEventsPerTopic = 200;

/** The order in which topics of one priority are taken; also, from the end, in which they are shed. Money first. */
const worth: EventKind[] = ['order', 'gift', 'fansclub', 'chat', 'follow', 'share', 'enter', 'like'];

/** Kinds that nobody answers aloud. */
const silent: EventKind[] = ['stats', 'control', 'system', 'product'];

/**
 * The events that wait for an answer, grouped into topics. Pure: time is an argument, and whatever leaves the board without an answer
 * is returned with its reason.
 */
export class Board {
  readonly #options: BoardOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #ids = new Set<string>();
  #lastLikeAt = -Infinity;
  #sealed = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** Number of events. */
  get size(): number {
    return this.#ids.size;
  }

  has(eventId: string): boolean {
    return this.#ids.has(eventId);
  }

  add(event: LiveEvent, now: number): LetGo[] {
    if (silent.includes(event.kind)) return [{ event, what: 'skipped', reason: 'informational' }];
    if (event.expiresAt <= now) return [{ event, what: 'expired', reason: 'too old when it arrived' }];
    if (this.#ids.has(event.id)) return [];
    this.#ids.add(event.id);
    const key = topicKey(event);
    const topic = this.#open(key);
    if (topic) {
      topic.events.push(event);
      topic.lastAt = now;
    } else {
      const priority: Priority = isPaid(event.kind) ? 'urgent' : 'normal';
      this.#topics.set(key, {
        key,
        kind: event.kind,
        priority,
        events: [event],
        firstAt: now,
        lastAt: now,
        sealed: false,
      });
    }
    return this.#shed();
  }

  /** Likes were thanked for by the process before this one. */
  observeLikes(at: number): void {
    this.#lastLikeAt = Math.max(this.#lastLikeAt, at);
  }

  /** Events that waited too long. */
  expire(now: number): LetGo[] {
    const gone: LetGo[] = [];
    for (const topic of this.#topics.values()) {
      const old = topic.events.filter(({ expiresAt }) => expiresAt <= now);
      for (const event of old) gone.push({ event, what: 'expired', reason: 'waited too long' });
      if (old.length > 0) this.#remove(topic, old);
    }
    return gone;
  }

  /** The topic to answer next among those whose priority may speak; it leaves the board. `hurry` waits for no further events. */
  take(now: number, maySpeak: (priority: Priority) => boolean, hurry = false): Topic | undefined {
    let best: Topic | undefined;
    for (const topic of this.#topics.values()) {
      if (!maySpeak(topic.priority) || !(hurry || this.#isReady(topic, now))) continue;
      if (!best || comesBefore(topic, best)) best = topic;
    }
    if (!best) return undefined;
    this.#topics.delete(best.key);
    for (const { id } of best.events) this.#ids.delete(id);
    if (best.kind === 'like') this.#lastLikeAt = now;
    return best;
  }

  /** Everything that nobody paid for; it leaves the board. */
  clearUnpaid(reason: string): LetGo[] {
    const gone: LetGo[] = [];
    for (const topic of this.#topics.values()) {
      if (isPaid(topic.kind)) continue;
      for (const event of topic.events) gone.push({ event, what: 'skipped', reason });
      this.#remove(topic, topic.events);
    }
    return gone;
  }

  /** The topic that takes events under a key; a full one is set aside. */
  #open(key: string): Topic | undefined {
    const topic = this.#topics.get(key);
    if (!topic || topic.events.length < maxEventsPerTopic) return topic;
    this.#topics.delete(key);
    topic.key = `${key}#${this.#sealed++}`;
    topic.sealed = true;
    this.#topics.set(topic.key, topic);
    return undefined;
  }

  #isReady(topic: Topic, now: number): boolean {
    if (topic.sealed && topic.kind !== 'like') return true;
    switch (topic.kind) {
      case 'chat':
      case 'order':
        return true;
      case 'gift':
        return (
          topic.events.some((event) => event.kind === 'gift' && event.streakEnd) ||
          now - topic.lastAt >= this.#options.mergeWindowMs ||
          now - topic.firstAt >= longestMergeMs
        );
      case 'like':
        return (
          now - topic.firstAt >= this.#options.mergeWindowMs &&
          now - this.#lastLikeAt >= this.#options.likeEveryMs
        );
      case 'enter':
      case 'follow':
      case 'share':
      case 'fansclub':
        return now - topic.firstAt >= this.#options.mergeWindowMs;
      case 'product':
      case 'stats':
      case 'control':
      case 'system':
        throw new Error(`A ${topic.kind} event is on the board`);
    }
  }

  #shed(): LetGo[] {
    const gone: LetGo[] = [];
    while (this.#ids.size > this.#options.maxWaiting) {
      let least: Topic | undefined;
      for (const topic of this.#topics.values()) {
        if (isPaid(topic.kind)) continue;
        if (!least || worth.indexOf(topic.kind) > worth.indexOf(least.kind)) least = topic;
      }
      const event = least?.events[0];
      if (!least || !event) break;
      this.#remove(least, [event]);
      gone.push({ event, what: 'shed', reason: 'too much is waiting' });
    }
    return gone;
  }

  #remove(topic: Topic, events: LiveEvent[]): void {
    for (const { id } of events) this.#ids.delete(id);
    topic.events = topic.events.filter(({ id }) => this.#ids.has(id));
    if (topic.events.length === 0) this.#topics.delete(topic.key);
  }
}

function topicKey(event: LiveEvent): string {
  switch (event.kind) {
    case 'chat':
    case 'order':
      return `${event.kind}:${event.id}`;
    case 'gift':
      return `gift:${event.viewer?.id ?? ''}:${event.giftId}:${event.streak}`;
    default:
      return event.kind;
  }
}

function comesBefore(topic: Topic, other: Topic): boolean {
  const difference = worth.indexOf(topic.kind) - worth.indexOf(other.kind);
  return difference === 0 ? topic.firstAt < other.firstAt : difference < 0;
}
