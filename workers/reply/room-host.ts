import type { JsMsg } from '@nats-io/jetstream';
import type { ReplyConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { utteranceId } from '../../protocol/ids.ts';
import type { Playhead, Segment } from '../../protocol/speech.ts';
import type { Bus } from '../bus.ts';
import type { Logger } from '../logger.ts';
import { answerTopic } from './answer.ts';
import type { LetGo, Topic } from './board.ts';
import { Board } from './board.ts';
import { IdleDirector } from './idle-director.ts';
import type { Verdict } from './outcome.ts';
import { publishOutcome } from './outcome.ts';
import { Pacer, estimateMs } from './pacer.ts';
import { splitSentences } from './phrase.ts';
import { publishUtterance } from './publish-utterance.ts';
import { SpeechHistory } from './speech-history.ts';
import { remainingSegments, segmentsOf } from './utterance.ts';

export interface RoomHostOptions {
  room: string;
  config: ReplyConfig;
  voice: string;
  bus: Pick<Bus, 'publish' | 'read'>;
  log: Logger;
  signal: AbortSignal;
  /** Means: after the answer that is being made, no other. */
  draining: AbortSignal;
  /** Tells this life of the worker from others: part of idle utterances' ids. */
  lifeId: string;
  /** To be held open while events are looked at; see `Treated`. */
  holdTreated: (messages: JsMsg[]) => Disposable;
  /** Work was begun (+1) or finished (-1). */
  onWork: (change: 1 | -1) => void;
  /** False: somebody has stopped the room. What was paid for is answered, and nothing else is said. */
  isWanted: () => boolean;
  /** An answer is being made: its sound can be waited for. */
  promise: (utteranceId: string) => void;
  count: (name: string) => void;
}

/** Viewers' answers are released while less than this is still to be heard; what waits longer can be merged and overtaken. */
const normalBacklogMs = 1_500;
/** Money is released earlier: the playlist puts it before everything else. */
const urgentBacklogMs = 8_000;
/** The script goes on when less than this is left of anything. */
const idleBacklogMs = 2_500;
/** A script that answers kept waiting, or that nobody could speak, goes on where it was. */
const idleTtlMs = 300_000;

/**
 * One room: takes events onto its board, and says what there is to say when the audio side has room for it. As a spare it only
 * observes what is said and heard; `begin` makes it the one that speaks.
 */
export class RoomHost {
  readonly #options: RoomHostOptions;
  readonly #board: Board;
  readonly #pacer = new Pacer();
  readonly #director: IdleDirector;
  readonly #history = new SpeechHistory();
  readonly #messages = new Map<string, JsMsg>();
  /** Off the board, not yet safe on the bus. */
  readonly #inHand = new Set<string>();
  readonly #settling = new Set<Promise<void>>();
  readonly #lastDrawn = new Map<string, string>();
  #idleCount = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: RoomHostOptions) {
    this.#options = options;
    this.#board = new Board(options.config);
    this.#director = new IdleDirector(options.config);
  }

  /** Events on the board. */
  get waiting(): number {
    return this.#board.size;
  }

  /** What another process has said. */
  observe(segment: Segment): void {
    this.#history.add(segment);
    if (segment.index > 0) return;
    const { utteranceId: id, priority, createdAt, idleScript, causes } = segment;
    this.#pacer.release(id, priority, durationOf(segment), createdAt);
    if (priority === 'idle') this.#director.observe(idleScript, createdAt);
    if (causes.some(({ kind }) => kind === 'like')) this.#board.observeLikes(createdAt);
  }

  hear(playhead: Playhead): void {
    this.#pacer.report(playhead, Date.now());
  }

  /** Finishes what the process before this one had begun to say. */
  async begin(): Promise<void> {
    const { bus, signal, log } = this.#options;
    for (const { first, reached } of this.#history.takeUnfinished()) {
      log.info({ utterance: first.utteranceId, reached }, 'finishing what was half said');
      await publishUtterance(bus, remainingSegments(first, reached), signal);
    }
  }

  /** Takes an event; it is acked once its outcome or its answer is safe on the bus. */
  take(event: LiveEvent, message: JsMsg): void {
    if (this.#history.hasAnswered(event.id)) return message.ack();
    this.#messages.set(event.id, message);
    if (!this.#inHand.has(event.id)) this.#letGo(this.#board.add(event, Date.now()));
  }

  /** An event that is not to be looked at: writes down why. */
  refuse(event: LiveEvent, message: JsMsg, verdict: Verdict): void {
    if (this.#history.hasAnswered(event.id)) return message.ack();
    this.#messages.set(event.id, message);
    if (!this.#inHand.has(event.id)) this.#settle(event, verdict);
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

  /** The end of the show: what was paid for is still said, the rest is let go with its reason. */
  async finish(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      this.#letGo(this.#board.clearUnpaid('stopping'));
      await this.#takeTurn(true);
    });
    await this.#turn;
    await this.#settled();
  }

  /** The end of this process only: what is begun is finished, and the bus gives the board to the successor, in its order. */
  async giveBack(): Promise<void> {
    await this.#turn;
    await this.#settled();
    for (const message of [...this.#messages.values()].toSorted((a, b) => a.seq - b.seq)) message.nak();
    this.#messages.clear();
  }

  async #takeTurn(hurry: boolean): Promise<void> {
    const { signal, draining, isWanted } = this.#options;
    const isOver = () => draining.aborted && !hurry;
    this.#letGo(this.#board.expire(Date.now()));
    if (!isWanted()) this.#letGo(this.#board.clearUnpaid('the room is stopped'));
    while (!isOver()) {
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
    if (hurry || isOver() || !isWanted()) return;
    if (this.#pacer.backlogMs(['urgent', 'normal', 'idle'], Date.now()) < idleBacklogMs) await this.#idle();
  }

  async #answer(topic: Topic): Promise<void> {
    const { log, onWork, promise } = this.#options;
    for (const { id } of topic.events) this.#inHand.add(id);
    onWork(1);
    try {
      const segments = this.#compose(topic);
      const [first] = segments;
      if (!first) return this.#refuseAll(topic, 'skipped', 'no rule and no template');
      promise(first.utteranceId);
      await this.#say(segments, topic);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      log.error({ err: error, topic: topic.key }, 'no answer could be made');
      this.#refuseAll(topic, 'failed', describeFailure(toFailure(error)));
    } finally {
      onWork(-1);
    }
  }

  /** The answer to a topic; nothing when there is nothing to say. */
  #compose({ events, priority, ...topic }: Topic): Segment[] {
    const { config, room, voice, log, holdTreated } = this.#options;
    const [first] = events;
    if (!first) return [];
    using _ = holdTreated(events.flatMap(({ id }) => this.#messages.get(id) ?? []));
    const options = { config, lastDrawn: this.#lastDrawn, random: Math.random() };
    const answer = answerTopic({ ...topic, priority, events }, options);
    if (!answer) return [];
    const id = utteranceId(first.id);
    log.info(
      { room, utterance: id, from: answer.from, events: events.length, text: answer.text },
      'answering',
    );
    return segmentsOf({
      id,
      room,
      sentences: splitSentences(answer.text, { quick: true }),
      priority,
      voice,
      events,
      now: Date.now(),
      expiresAt: Math.max(...events.map((event) => event.expiresAt)),
      idleScript: '',
    });
  }

  async #say(segments: Segment[], { events }: Pick<Topic, 'events'>): Promise<void> {
    const { bus, signal, count } = this.#options;
    const first = await publishUtterance(bus, segments, signal);
    if (!first) return;
    this.#pacer.release(first.utteranceId, first.priority, durationOf(first), Date.now());
    count(`${first.priority}Utterances`);
    const answered = new Set(first.causes.map(({ eventId }) => eventId));
    for (const event of events) {
      if (answered.has(event.id)) this.#done(event.id);
      else this.#putBack(event);
    }
  }

  async #idle(): Promise<void> {
    const { room, voice, lifeId, onWork } = this.#options;
    const now = Date.now();
    const { script, lines } = this.#director.next(now);
    const segments = segmentsOf({
      id: `i:${room}:${lifeId}-${this.#idleCount++}`,
      room,
      sentences: lines.flatMap((line) => splitSentences(line)),
      priority: 'idle',
      voice,
      events: [],
      now,
      expiresAt: now + idleTtlMs,
      idleScript: script,
    });
    onWork(1);
    try {
      await this.#say(segments, { events: [] });
    } finally {
      onWork(-1);
    }
  }

  /** The utterance turned out to be another's that does not answer it. */
  #putBack(event: LiveEvent): void {
    this.#inHand.delete(event.id);
    this.#letGo(this.#board.add(event, Date.now()));
  }

  #refuseAll({ events }: Topic, what: Verdict['what'], reason: string): void {
    for (const event of events) this.#settle(event, { what, reason });
  }

  #letGo(gone: LetGo[]): void {
    for (const { event, what, reason } of gone) this.#settle(event, { what, reason });
  }

  /** Writes an outcome down without holding up who comes next: who waits is bounded by what the bus gives out. */
  #settle(event: LiveEvent, verdict: Verdict): void {
    const { bus, signal, onWork, count } = this.#options;
    this.#inHand.add(event.id);
    onWork(1);
    const settling = publishOutcome(bus, event, verdict, signal)
      .then(() => {
        count(verdict.what);
        this.#done(event.id);
      })
      .catch((error: unknown) => {
        // The signal says stop: it stays with the bus.
        if (!signal.aborted) throw error;
      })
      .finally(() => {
        onWork(-1);
        this.#settling.delete(settling);
      });
    this.#settling.add(settling);
  }

  async #settled(): Promise<void> {
    while (this.#settling.size > 0) await Promise.all(this.#settling);
  }

  #done(eventId: string): void {
    this.#messages.get(eventId)?.ack();
    this.#messages.delete(eventId);
    this.#inHand.delete(eventId);
    this.#history.addAnswered(eventId);
  }
}

/** How long an utterance takes to say, roughly, by its first segment. */
function durationOf({ script }: Segment): number {
  return script.reduce((sum, text) => sum + estimateMs(text), 0);
}
