import type { AnswerableKind, LiveEvent } from '../../protocol/event.ts';
import { isAnswerable, isPaid } from '../../protocol/event.ts';
import type { Priority } from '../../protocol/speech.ts';
import { joinPaid } from './join-paid.ts';
import { isSameQuestion, toQuestion } from './question.ts';
import type { LetGo, Topic } from './topic.ts';
import { comesBefore, stepOf, topicKey, worthOf } from './topic.ts';

export interface BoardOptions {
  /** How long events of one topic wait for each other. */
  mergeWindowMs: number;
  /** Least time between two thanks for likes. */
  likeEveryMs: number;
  /** Events on the board; beyond it the least worth are shed, paid ones never. */
  maxWaiting: number;
  /** Of events of a kind that came within the last `everyMs`, only the last `keep` wait. */
  sampling: Partial<Record<AnswerableKind, { keep: number; everyMs: number }>>;
  /** Gifts worth less are thanked for together. */
  smallGiftDiamonds: number;
  /** More topics that somebody paid for are joined. */
  maxPaidTopics: number;
  /** Who has waited so long moves up one step. */
  ageingMs: number;
  /** After so many paid topics comes one that has waited for `ageingMs`. */
  paidInARow: number;
  /** Questions that are so much alike are one topic. */
  similarity: number;
  /** Price of a product in yuan, as far as it is known. */
  priceOf?: (productId: string) => number | undefined;
}

/** A streak that never pauses is thanked for after so long all the same. */
const longestMergeMs = 15_000;

/** More events than this are not answered by one utterance: every segment carries the ids of all. */
export const maxEventsPerTopic = 200;

/**
 * The events that wait for an answer, grouped into topics. Pure: time is an argument, and whatever leaves the board without an answer
 * is returned with its reason. What was paid for leaves it only to be answered, or when it has waited for as long as it is worth
 * answering; its number is bounded by what the bus gives out, and that of its topics by joining them.
 */
export class Board {
  readonly #options: BoardOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #topicOf = new Map<string, Topic>();
  /** By kind, those that may be let go for others of their kind, oldest first. */
  readonly #recent = new Map<AnswerableKind, { event: LiveEvent; at: number }[]>();
  #lastLikeAt = -Infinity;
  #keys = 0;
  #paidInARow = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** Number of events. */
  get size(): number {
    return this.#topicOf.size;
  }

  /** Number of topics. */
  get topics(): number {
    return this.#topics.size;
  }

  add(event: LiveEvent, now: number): LetGo[] {
    const { kind } = event;
    if (!isAnswerable(kind)) return [{ event, what: 'skipped', reason: 'informational' }];
    if (event.expiresAt <= now) return [{ event, what: 'expired', reason: 'too old when it arrived' }];
    if (this.#topicOf.has(event.id)) return [];
    const question = event.kind === 'chat' ? toQuestion(event.text) : undefined;
    const topic = this.#open(event, question) ?? this.#newTopic(topicKey(event), kind, now);
    if (question) topic.question ??= question;
    topic.events.push(event);
    topic.lastAt = now;
    topic.worth += worthOf(event, this.#options.priceOf ?? (() => undefined));
    this.#topicOf.set(event.id, topic);
    if (isPaid(kind)) {
      this.#joinPaid();
      return this.#shed();
    }
    return [...this.#sample(event, kind, now), ...this.#shed()];
  }

  /** Likes were thanked for by the process before this one. */
  observeLikes(at: number): void {
    this.#lastLikeAt = Math.max(this.#lastLikeAt, at);
  }

  /** Events that waited too long. */
  expire(now: number): LetGo[] {
    return this.letGo(({ expiresAt }) => expiresAt <= now, 'expired', 'waited too long');
  }

  /** Events that are not wanted any more; they leave the board. */
  letGo(isGone: (event: LiveEvent) => boolean, what: LetGo['what'], reason: string): LetGo[] {
    const gone: LetGo[] = [];
    for (const topic of this.#topics.values()) {
      const events = topic.events.filter(isGone);
      for (const event of events) gone.push({ event, what, reason });
      if (events.length > 0) this.#remove(topic, events);
    }
    return gone;
  }

  /** Everything that nobody paid for; it leaves the board. */
  clearUnpaid(reason: string): LetGo[] {
    return this.letGo(({ kind }) => !isPaid(kind), 'skipped', reason);
  }

  /** The topic to answer next among those whose priority may speak; it leaves the board. `hurry` waits for no further events. */
  take(now: number, maySpeak: (priority: Priority) => boolean, hurry = false): Topic | undefined {
    const ready = [...this.#topics.values()].filter((topic) => hurry || this.#isReady(topic, now));
    const overdue = this.#overdue(ready, now);
    // Whoever plays puts what is urgent first: once it is the turn of the others, they are.
    if (overdue && maySpeak('urgent')) return this.#give({ ...overdue, priority: 'urgent' }, now);
    let best: Topic | undefined;
    for (const topic of ready)
      if (maySpeak(topic.priority) && (!best || comesBefore(topic, best, now, this.#options.ageingMs)))
        best = topic;
    if (!best) return undefined;
    if (this.#isSmall(best)) for (const other of ready) this.#fold(best, other);
    return this.#give(best, now);
  }

  #give(topic: Topic, now: number): Topic {
    this.#topics.delete(topic.key);
    for (const { id } of topic.events) this.#topicOf.delete(id);
    if (topic.kind === 'like') this.#lastLikeAt = now;
    this.#paidInARow = isPaid(topic.kind) ? this.#paidInARow + 1 : 0;
    return topic;
  }

  /** Who has waited for long while money was thanked for again and again. */
  #overdue(ready: Topic[], now: number): Topic | undefined {
    const { paidInARow, ageingMs } = this.#options;
    if (this.#paidInARow < paidInARow) return undefined;
    let best: Topic | undefined;
    for (const topic of ready) {
      if (isPaid(topic.kind) || now - topic.firstAt < ageingMs) continue;
      if (!best || comesBefore(topic, best, now, ageingMs)) best = topic;
    }
    return best;
  }

  #newTopic(key: string, kind: AnswerableKind, now: number): Topic {
    const priority: Priority = isPaid(kind) ? 'urgent' : 'normal';
    const at = { firstAt: now, lastAt: now };
    const topic: Topic = { key, kind, priority, events: [], ...at, sealed: false, worth: 0 };
    this.#topics.set(key, topic);
    return topic;
  }

  /** The topic that takes an event; a full one is set aside. */
  #open(event: LiveEvent, question: Topic['question']): Topic | undefined {
    const topic = question ? this.#alike(question) : this.#topics.get(topicKey(event));
    if (!topic || topic.events.length < maxEventsPerTopic) return topic;
    this.#topics.delete(topic.key);
    topic.key = `${topic.key}#${this.#keys++}`;
    topic.sealed = true;
    this.#topics.set(topic.key, topic);
    return undefined;
  }

  #alike(question: NonNullable<Topic['question']>): Topic | undefined {
    const { similarity: least } = this.#options;
    for (const topic of this.#topics.values())
      if (topic.question && !topic.sealed && isSameQuestion(topic.question, question, least)) return topic;
    return undefined;
  }

  #isReady(topic: Topic, now: number): boolean {
    const { mergeWindowMs, likeEveryMs } = this.#options;
    const isRested = now - topic.firstAt >= mergeWindowMs;
    if (topic.kind === 'like') return isRested && now - this.#lastLikeAt >= likeEveryMs;
    if (topic.sealed || topic.kind === 'chat' || topic.kind === 'order') return true;
    if (topic.kind !== 'gift') return isRested;
    const ends = topic.events.some((event) => event.kind === 'gift' && event.streakEnd);
    return ends || now - topic.lastAt >= mergeWindowMs || now - topic.firstAt >= longestMergeMs;
  }

  #isSmall({ kind, worth }: Topic): boolean {
    return kind === 'gift' && worth < this.#options.smallGiftDiamonds;
  }

  /** Two small gifts become one topic. */
  #fold(topic: Topic, other: Topic): void {
    if (other === topic || !this.#isSmall(other)) return;
    if (topic.events.length + other.events.length > maxEventsPerTopic) return;
    this.#topics.delete(other.key);
    for (const event of other.events) this.#topicOf.set(event.id, topic);
    topic.events.push(...other.events);
    topic.worth += other.worth;
  }

  #joinPaid(): void {
    const { maxPaidTopics } = this.#options;
    const paid = [...this.#topics.values()].filter(({ kind }) => isPaid(kind));
    if (paid.length <= maxPaidTopics) return;
    for (const { into, from } of joinPaid(paid, maxPaidTopics, maxEventsPerTopic)) {
      this.#topics.delete(from.key);
      this.#topics.delete(into.key);
      into.key = `${into.kind}:joined:${this.#keys++}`;
      this.#topics.set(into.key, into);
      into.events.push(...from.events);
      into.worth += from.worth;
      into.firstAt = Math.min(into.firstAt, from.firstAt);
      into.sealed = true;
      for (const event of from.events) this.#topicOf.set(event.id, into);
    }
  }

  /** Too many of a kind in a short time: the oldest of them goes. */
  #sample(event: LiveEvent, kind: AnswerableKind, now: number): LetGo[] {
    const limit = this.#options.sampling[kind];
    if (!limit) return [];
    const { keep, everyMs } = limit;
    const recent = (this.#recent.get(kind) ?? []).filter(
      (each) => now - each.at < everyMs && this.#topicOf.has(each.event.id),
    );
    recent.push({ event, at: now });
    const reason = `more than ${keep} within ${everyMs / 1_000} s`;
    const gone = recent.splice(0, recent.length - keep).map((each): LetGo => {
      this.#removeEvent(each.event);
      return { event: each.event, what: 'shed', reason };
    });
    this.#recent.set(kind, recent);
    return gone;
  }

  #shed(): LetGo[] {
    const gone: LetGo[] = [];
    while (this.size > this.#options.maxWaiting) {
      let least: Topic | undefined;
      for (const topic of this.#topics.values()) {
        if (isPaid(topic.kind)) continue;
        if (!least || stepOf(topic.kind) < stepOf(least.kind)) least = topic;
      }
      const event = least?.events[0];
      if (!event) break;
      this.#removeEvent(event);
      gone.push({ event, what: 'shed', reason: 'too much is waiting' });
    }
    return gone;
  }

  #removeEvent(event: LiveEvent): void {
    const topic = this.#topicOf.get(event.id);
    if (topic) this.#remove(topic, [event]);
  }

  #remove(topic: Topic, events: LiveEvent[]): void {
    for (const { id } of events) this.#topicOf.delete(id);
    topic.events = topic.events.filter(({ id }) => this.#topicOf.has(id));
    if (topic.events.length === 0) this.#topics.delete(topic.key);
  }
}
