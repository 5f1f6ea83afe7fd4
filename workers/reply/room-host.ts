import type { JsMsg } from '@nats-io/jetstream';
import type { ReplyConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import { outcomeId, utteranceId } from '../../protocol/ids.ts';
import type { Outcome, OutcomeKind, Playhead, Segment } from '../../protocol/speech.ts';
import { outcomeSubject, speechSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import type { Logger } from '../logger.ts';
import { answerTopic } from './answer.ts';
import type { LetGo, Topic } from './board.ts';
import { Board } from './board.ts';
import type { IdleHistory } from './idle-director.ts';
import { IdleDirector } from './idle-director.ts';
import { Pacer, estimateMs } from './pacer.ts';
import { splitSentences } from './phrase.ts';
import { segmentsOf } from './utterance.ts';

export interface RoomHostOptions {
  room: string;
  config: ReplyConfig;
  voice: string;
  bus: Pick<Bus, 'publish'>;
  log: Logger;
  signal: AbortSignal;
  /** Tells this life of the worker from others: part of idle utterances' ids. */
  lifeId: string;
  history: IdleHistory | undefined;
  onProgress: () => void;
  count: (name: string) => void;
}

/** Viewers' answers are released while less than this is still to be heard; what waits longer can be merged and overtaken. */
const normalBacklogMs = 1_500;
/** Money is released earlier: the playlist puts it before everything else. */
const urgentBacklogMs = 8_000;
/** The script goes on when less than this is left of anything. */
const idleBacklogMs = 2_500;
const idleTtlMs = 120_000;
/** Events that were answered, kept to recognise a redelivery. */
const maxAnswered = 20_000;

/** One room: takes events onto its board, and says what there is to say when the audio side has room for it. */
export class RoomHost {
  readonly #options: RoomHostOptions;
  readonly #board: Board;
  readonly #pacer = new Pacer();
  readonly #director: IdleDirector;
  readonly #messages = new Map<string, JsMsg>();
  readonly #answered: Set<string>;
  /** Off the board, not yet safe on the bus. */
  readonly #inHand = new Set<string>();
  readonly #lastDrawn = new Map<string, string>();
  #idleCount = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: RoomHostOptions, answered: Iterable<string>) {
    this.#options = options;
    this.#board = new Board(options.config);
    this.#director = new IdleDirector(options.config, options.history);
    this.#answered = new Set(answered);
  }

  /** Events on the board. */
  get waiting(): number {
    return this.#board.size;
  }

  hear(playhead: Playhead): void {
    this.#pacer.report(playhead, Date.now());
  }

  /** Takes an event; it is acked once its outcome or its answer is safe on the bus. */
  async take(event: LiveEvent, message: JsMsg): Promise<void> {
    if (this.#answered.has(event.id)) {
      message.ack();
      return;
    }
    this.#messages.set(event.id, message);
    if (this.#inHand.has(event.id)) return;
    await this.#letGo(this.#board.add(event, Date.now()));
  }

  /** Tells the bus that the events on the board are still being worked on. */
  keepAlive(): void {
    for (const message of this.#messages.values()) message.working();
  }

  /** One look at board and clock; turns never overlap. */
  async turn(): Promise<void> {
    this.#turn = this.#turn.then(async () => await this.#takeTurn(false));
    await this.#turn;
  }

  /** The end: what was paid for is still said, the rest is let go with its reason. */
  async finish(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      await this.#letGo(this.#board.clearUnpaid('stopping'));
      await this.#takeTurn(true);
    });
    await this.#turn;
  }

  async #takeTurn(hurry: boolean): Promise<void> {
    const { signal } = this.#options;
    await this.#letGo(this.#board.expire(Date.now()));
    for (;;) {
      signal.throwIfAborted();
      const now = Date.now();
      const backlogMs = this.#pacer.backlogMs(['urgent', 'normal'], now);
      const topic = this.#board.take(
        now,
        (priority) => hurry || backlogMs < (priority === 'urgent' ? urgentBacklogMs : normalBacklogMs),
        hurry,
      );
      if (!topic) break;
      await this.#answer(topic);
    }
    if (!hurry && this.#pacer.backlogMs(['urgent', 'normal', 'idle'], Date.now()) < idleBacklogMs)
      await this.#idle();
  }

  async #answer(topic: Topic): Promise<void> {
    const { config, room, voice, log } = this.#options;
    const { events, priority } = topic;
    const first = events[0];
    if (!first) return;
    for (const event of events) this.#inHand.add(event.id);
    const answer = answerTopic(topic, { config, lastDrawn: this.#lastDrawn, random: Math.random() });
    if (!answer) {
      await this.#letGo(
        events.map((event) => ({ event, what: 'skipped', reason: 'no rule and no template' })),
      );
      return;
    }
    const id = utteranceId(first.id);
    const expiresAt = Math.max(...events.map((event) => event.expiresAt));
    const sentences = splitSentences(answer.text);
    const now = Date.now();
    const segments = segmentsOf({
      id,
      room,
      sentences,
      priority,
      voice,
      events,
      now,
      expiresAt,
      idleScript: '',
    });
    await this.#publish(segments);
    log.info(
      { room, utterance: id, from: answer.from, events: events.length, text: answer.text },
      'answered',
    );
    for (const event of events) this.#done(event.id);
  }

  async #idle(): Promise<void> {
    const { room, voice, lifeId } = this.#options;
    const now = Date.now();
    const { script, lines } = this.#director.next(now);
    const id = `i:${room}:${lifeId}-${this.#idleCount++}`;
    const expiresAt = now + idleTtlMs;
    const sentences = lines.flatMap((line) => splitSentences(line));
    await this.#publish(
      segmentsOf({
        id,
        room,
        sentences,
        priority: 'idle',
        voice,
        events: [],
        now,
        expiresAt,
        idleScript: script,
      }),
    );
  }

  async #publish(segments: Segment[]): Promise<void> {
    const { bus, signal, room } = this.#options;
    for (const segment of segments) {
      await bus.publish(speechSubject(room, segment.priority), 'segment', segment, {
        msgId: segment.id,
        signal,
      });
    }
    const first = segments[0];
    if (!first) return;
    const durationMs = segments.reduce((sum, { text }) => sum + estimateMs(text), 0);
    this.#pacer.release(first.utteranceId, first.priority, durationMs, Date.now());
    this.#options.count(`${first.priority}Utterances`);
    this.#options.onProgress();
  }

  async #letGo(gone: LetGo[]): Promise<void> {
    await Promise.all(gone.map(async ({ event, what, reason }) => await this.#settle(event, what, reason)));
  }

  async #settle(event: LiveEvent, what: OutcomeKind, reason: string): Promise<void> {
    const { bus, room, signal } = this.#options;
    this.#inHand.add(event.id);
    const outcome = outcomeOf(event, room, what, reason);
    await bus.publish(outcomeSubject(room, what), 'outcome', outcome, { msgId: outcomeId(event.id), signal });
    this.#options.count(what);
    this.#done(event.id);
  }

  #done(eventId: string): void {
    this.#messages.get(eventId)?.ack();
    this.#messages.delete(eventId);
    this.#inHand.delete(eventId);
    this.#answered.add(eventId);
    for (const oldest of this.#answered) {
      if (this.#answered.size <= maxAnswered) break;
      this.#answered.delete(oldest);
    }
  }
}

/** The outcome of an event that reply itself decides. */
export function outcomeOf(event: LiveEvent, room: string, what: OutcomeKind, reason: string): Outcome {
  const text = event.kind === 'chat' ? event.text : '';
  return {
    what,
    room,
    eventId: event.id,
    eventKind: event.kind,
    paid: isPaid(event.kind),
    utteranceId: '',
    reason,
    text,
    at: Date.now(),
    by: 'reply',
    nickname: event.viewer?.nickname ?? '',
  };
}
