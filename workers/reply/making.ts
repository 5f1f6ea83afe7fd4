import { utteranceId } from '../../protocol/ids.ts';
import type { Segment } from '../../protocol/speech.ts';
import type { Logger } from '../logger.ts';
import type { Answer } from './answerer.ts';
import type { Verdict } from './outcome.ts';
import { splitSentences } from '../split-sentences.ts';
import type { RoomMind } from './room-mind.ts';
import type { Memory } from './room-memory.ts';
import type { Speaker } from './speaker.ts';
import type { Topic } from './topic.ts';
import type { UtteranceHead } from './utterance.ts';
import { segmentsOf } from './utterance.ts';

export interface MakingOptions {
  room: string;
  voice: string;
  mind: RoomMind;
  speaker: Speaker;
  memory: Memory;
  log: Pick<Logger, 'info' | 'warn'>;
  signal: AbortSignal;
  /** An answer is being made: its sound can be waited for. */
  promise: (utteranceId: string) => void;
}

/** What became of a topic: said (by us or another process), not said and why, or left to a successor. */
export type Made =
  { kind: 'said'; first: Segment } | { kind: 'nothing'; verdict: Verdict } | { kind: 'given-up' };

interface Job {
  stop: AbortController;
  isPromised: boolean;
  isSpoken: boolean;
}

/** Whoever greets waits so long at most until it is kept that they are greeted. */
const keptMs = 250;
const unspeakable: Verdict = { what: 'blocked', reason: 'words that must not be said' };

/** The answers of a room that are being made, several at once: slow ones hold up no other. */
export class Making {
  readonly #options: MakingOptions;
  readonly #jobs = new Map<Topic, Job>();
  #finished = Promise.withResolvers<void>();

  constructor(options: MakingOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** `hold`: held while the events are looked at, until whoever answers them waits for something. Throws when no answer can be made. */
  async make(topic: Topic, hold: () => Disposable): Promise<Made> {
    const job: Job = { stop: new AbortController(), isPromised: false, isSpoken: false };
    this.#jobs.set(topic, job);
    try {
      return await this.#make(topic, job, hold);
    } catch (error) {
      if (job.stop.signal.aborted && !job.isSpoken) return { kind: 'given-up' };
      throw error;
    } finally {
      this.#jobs.delete(topic);
      this.#finished.resolve();
      this.#finished = Promise.withResolvers();
    }
  }

  /** Its sound can be waited for. */
  promise(topic: Topic): void {
    const job = this.#jobs.get(topic);
    const [first] = topic.events;
    if (!job || !first || job.isPromised) return;
    job.isPromised = true;
    this.#options.promise(utteranceId(first.id));
  }

  /** What nobody has heard anything of is left to a successor; what was begun comes to its end. */
  giveUp(): void {
    for (const { stop } of this.#jobs.values()) stop.abort(new Error('a successor stands by'));
  }

  async finished(): Promise<void> {
    while (this.#jobs.size > 0) await this.#finished.promise;
  }

  async #make(topic: Topic, job: Job, hold: () => Disposable): Promise<Made> {
    const { mind, signal } = this.#options;
    const signals = AbortSignal.any([signal, job.stop.signal]);
    const answering = () => {
      using _ = hold();
      return mind.answer(topic, Date.now(), signals);
    };
    const answer = await answering();
    signals.throwIfAborted();
    if (!answer) return { kind: 'nothing', verdict: { what: 'skipped', reason: 'no rule and no template' } };
    if ('silent' in answer) return { kind: 'nothing', verdict: { what: 'skipped', reason: answer.silent } };
    const said = await this.#say(topic, job, answer);
    if (said) return said;
    const template = await mind.templates.answer(topic, mind.context(topic.events, Date.now()), signals);
    const isOther = template && !('silent' in template) && template.from !== answer.from;
    const instead = isOther ? await this.#say(topic, job, template) : undefined;
    return instead ?? { kind: 'nothing', verdict: unspeakable };
  }

  /** Undefined: nothing of it may be said, or nothing came. */
  async #say(topic: Topic, job: Job, { text, from, author }: Answer): Promise<Made | undefined> {
    const { mind, speaker, log, room, signal } = this.#options;
    const [event] = topic.events;
    if (!event) throw new Error(`Topic ${topic.key} has no event`);
    const head = this.#headOf(topic, utteranceId(event.id));
    const about = { room, utterance: head.id, from, events: topic.events.length };
    if (typeof text === 'string') {
      const allowed = mind.wording.allow(text, author);
      const sentences = allowed === undefined ? [] : splitSentences(allowed, { quick: true });
      if (allowed === undefined || sentences.length === 0) return undefined;
      log.info({ ...about, text: allowed }, 'answering');
      this.promise(topic);
      await this.#remember(topic, allowed);
      job.isSpoken = true;
      const first = await speaker.say(segmentsOf({ ...head, sentences }));
      return first ? { kind: 'said', first } : undefined;
    }
    const hears = async (piece: string, index: number) => {
      log.info({ ...about, index, text: piece }, 'answering');
      if (index > 0) return;
      this.promise(topic);
      await this.#remember(topic, piece);
      job.isSpoken = true;
    };
    let first: Segment | undefined;
    try {
      first = await speaker.sayPieces(head, this.#allowed(text, author, job), hears);
    } catch (error) {
      if (job.isSpoken || signal.aborted || job.stop.signal.aborted) throw error;
      log.warn({ err: error, ...about }, 'an answer of which nothing came');
    }
    return first ? { kind: 'said', first } : undefined;
  }

  /** Pieces up to the first that must not be said, or until a successor stands by. */
  async *#allowed(pieces: AsyncIterable<string>, author: Answer['author'], job: Job): AsyncGenerator<string> {
    for await (const piece of pieces) {
      if (job.stop.signal.aborted) return;
      const allowed = this.#options.mind.wording.allow(piece, author);
      if (allowed === undefined) return;
      if (allowed.trim() !== '') yield allowed;
    }
  }

  /** Before anything is put out: nobody is greeted twice because a process died. */
  async #remember(topic: Topic, text: string): Promise<void> {
    const { mind, memory } = this.#options;
    const greets = mind.acquaintances.answering(topic.events, text, Date.now());
    memory.changed('viewers');
    if (greets) await memory.kept(keptMs);
  }

  #headOf({ events, priority }: Topic, id: string): UtteranceHead {
    const { room, voice } = this.#options;
    const expiresAt = Math.max(...events.map((event) => event.expiresAt));
    return { id, room, priority, voice, events, now: Date.now(), expiresAt, idleScript: '' };
  }
}
