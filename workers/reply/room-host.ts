import type { JsMsg } from '@nats-io/jetstream';
import type { ReplyConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import type { AudioAnswer, HelmCommand, Playhead, Segment } from '../../protocol/speech.ts';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import type { LetGo, Topic } from './topic.ts';
import { viewerOf } from './topic.ts';
import { Board } from './board.ts';
import { carryOut } from './helm-commands.ts';
import { Making } from './making.ts';
import type { MemoryPart, MemoryParts } from './memory.ts';
import type { Verdict } from './outcome.ts';
import { Pacer } from './pacer.ts';
import { publishUtterance } from './publish-utterance.ts';
import { RoomMind } from './room-mind.ts';
import type { RoomMindOptions } from './room-mind.ts';
import type { Memory } from './room-memory.ts';
import { Speaker, durationOf } from './speaker.ts';
import { SpeechHistory } from './speech-history.ts';
import { TalkBetween } from './talk-between.ts';
import { remainingSegments } from './utterance.ts';
import { Verdicts } from './verdicts.ts';

export interface RoomHostOptions extends Pick<RoomMindOptions, 'words' | 'answerers' | 'rewritten'> {
  room: string;
  config: ReplyConfig;
  voice: string;
  bus: Pick<Bus, 'publish' | 'read'>;
  log: Logger;
  signal: AbortSignal;
  /** Means: after the answer that is being made, no other. */
  draining: AbortSignal;
  /** Tells this life of the worker from others: part of the ids of what answers nothing. */
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
  /** Where what is known outlives the process. */
  openMemory: (views: { [Part in MemoryPart]: () => MemoryParts[Part] }) => Memory;
}

/** An answer that takes longer to make is made beside the others. */
const quickMs = 20;
/** So many of them at once. */
const maxMaking = 4;
/** What is kept was written by a process that has just ended; without word of it the show goes on. */
const readMs = 500;

/**
 * One room: takes events onto its board, and says what there is to say when the audio side has room for it. As a spare it only
 * observes what is said and heard; `begin` makes it the one that speaks.
 */
export class RoomHost {
  readonly #options: RoomHostOptions;
  readonly #mind: RoomMind;
  readonly #board: Board;
  readonly #memory: Memory;
  readonly #pacer = new Pacer();
  readonly #talk: TalkBetween;
  readonly #making: Making;
  readonly #history = new SpeechHistory();
  /** Of events that have no outcome yet. */
  readonly #messages = new Map<string, JsMsg>();
  readonly #verdicts: Verdicts;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: RoomHostOptions) {
    const { config, log } = options;
    const onFailure = (error: unknown, name: string) =>
      log.warn({ err: error, answerer: name }, 'no answer from there, asking the next');
    const mind = new RoomMind({ ...options, onFailure });
    this.#options = options;
    this.#mind = mind;
    this.#board = new Board({ ...config, ...config.board, priceOf: (id) => mind.priceOf(id) });
    this.#memory = options.openMemory({
      show: () => mind.viewShow(Date.now()),
      viewers: () => mind.viewViewers(Date.now()),
    });
    const speaker = new Speaker({ ...options, pacer: this.#pacer });
    const shared = { ...options, mind, speaker, memory: this.#memory };
    this.#talk = new TalkBetween({ ...shared, pacer: this.#pacer });
    this.#making = new Making(shared);
    this.#verdicts = new Verdicts({ ...options, onSettled: (eventId) => this.#done(eventId) });
  }

  /** Events on the board. */
  get waiting(): number {
    return this.#board.size;
  }

  /** What another process has said. */
  observe(segment: Segment): void {
    this.#history.add(segment);
    if (segment.index > 0) return;
    const { utteranceId: id, priority, createdAt, idleScript, causes, script, text } = segment;
    this.#pacer.release(id, priority, durationOf(segment), createdAt);
    if (idleScript !== '')
      this.#mind.observeLine({ mark: idleScript, text: script.join('') || text }, createdAt);
    if (causes.some(({ kind }) => kind === 'like')) this.#board.observeLikes(createdAt);
  }

  hear(playhead: Playhead): void {
    this.#pacer.report(playhead, Date.now());
  }

  /** Learns what is kept of the room, and finishes what the process before this one had begun to say. */
  async begin(): Promise<void> {
    const { bus, signal, log } = this.#options;
    this.#mind.restore(await this.#memory.read(readMs));
    for (const { first, reached } of this.#history.takeUnfinished()) {
      log.info({ utterance: first.utteranceId, reached }, 'finishing what was half said');
      await publishUtterance(bus, remainingSegments(first, reached), signal);
    }
  }

  /** Takes an event; it is acked once its outcome or its answer is safe on the bus. `again`: somebody else may have had it before. */
  take(event: LiveEvent, message: JsMsg, again = false): void {
    if (this.#history.hasAnswered(event.id)) return message.ack();
    const isKnown = this.#messages.has(event.id);
    this.#messages.set(event.id, message);
    if (isKnown) return;
    this.#mind.learn(event);
    const read = this.#mind.read(event, Date.now(), again);
    // Of a viewer's bucket a token is gone, or somebody has taken over.
    if (event.kind === 'chat') this.#memory.changed('what' in read ? 'show' : 'viewers');
    if ('what' in read) this.#settle(event, read);
    else this.#letGo(this.#board.add(read, Date.now()));
  }

  /** An event that is not to be looked at: writes down why. */
  refuse(event: LiveEvent, message: JsMsg, verdict: Verdict): void {
    if (this.#history.hasAnswered(event.id)) return message.ack();
    const isKnown = this.#messages.has(event.id);
    this.#messages.set(event.id, message);
    // What waits here already is answered: two outcomes would be one too many.
    if (!isKnown) this.#settle(event, verdict);
  }

  /** Tells the bus that the events on the board are still being worked on. */
  keepAlive(): void {
    for (const message of this.#messages.values()) message.working();
  }

  /** One look at board and clock; turns never overlap. */
  async turn(): Promise<void> {
    this.#turn = this.#turn.then(async () => await this.#takeTurn());
    await this.#turn;
  }

  /** What a person wants of this room. */
  async command(command: HelmCommand): Promise<AudioAnswer> {
    const { helm } = this.#mind;
    const now = Date.now();
    const answer = await carryOut(
      command,
      {
        pause: (forMs, options) => helm.pause(forMs, options, now),
        resume: () => helm.resume(now),
        say: async (text) => await this.#say(text),
        mute: (viewer, forMs, by) => {
          helm.mute(viewer, forMs, by, now);
          this.#letGo(this.#board.letGo((event) => viewerOf(event) === viewer, 'skipped', 'muted'));
        },
        unmute: (viewer) => helm.unmute(viewer),
        describe: () => {
          const { place } = this.#mind.director;
          const waits = `${this.#board.size} ${this.#board.size === 1 ? 'event waits' : 'events wait'}`;
          return [helm.describe(now), waits, place && `script ${place}`].filter(Boolean).join('; ');
        },
      },
      this.#options.config.helm,
    );
    this.#memory.changed('show');
    await this.#memory.kept(readMs);
    return answer;
  }

  /** The end of the show: what was paid for is still said, the rest is let go with its reason. */
  async finish(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      this.#letGo(this.#board.clearUnpaid('stopping'));
      for (let topic = this.#next(true); topic; topic = this.#next(true)) await this.#answer(topic);
      await this.#making.finished();
    });
    await this.#turn;
    await this.#verdicts.settled();
  }

  /** The end of this process only: what is begun is finished, and the bus gives the board to the successor, in its order. */
  async giveBack(): Promise<void> {
    await this.#turn;
    this.#making.giveUp();
    await this.#making.finished();
    await this.#verdicts.settled();
    for (const message of [...this.#messages.values()].toSorted((a, b) => a.seq - b.seq)) message.nak();
    this.#messages.clear();
    await this.#memory.kept(readMs);
  }

  async #takeTurn(): Promise<void> {
    const { signal, draining, isWanted } = this.#options;
    const { helm } = this.#mind;
    const pausedBy = helm.pausedBy(Date.now());
    for (const gone of this.#board.expire(Date.now()))
      this.#letGo([{ ...gone, reason: pausedBy ? `${gone.reason}, paused by ${pausedBy}` : gone.reason }]);
    if (!isWanted()) this.#letGo(this.#board.clearUnpaid('the room is stopped'));
    while (!draining.aborted && helm.pausedBy(Date.now()) === undefined && this.#making.size < maxMaking) {
      signal.throwIfAborted();
      const topic = this.#next(false);
      if (!topic) break;
      const waiting = new AbortController();
      const slow = delay(quickMs, AbortSignal.any([signal, waiting.signal]));
      const isSlow = await Promise.race([this.#answer(topic), slow]);
      waiting.abort();
      if (isSlow === true) this.#making.promise(topic);
    }
    signal.throwIfAborted();
    if (!draining.aborted && isWanted() && !helm.isSilent(Date.now())) await this.#talk.turn();
  }

  /** Among the turns, so that nothing is said after the last of them. */
  async #say(text: string): Promise<string | undefined> {
    const saying = this.#turn.then(async () => await this.#talk.sayNow(text));
    this.#turn = saying.then(() => undefined);
    return await saying;
  }

  #next(hurry: boolean): Topic | undefined {
    const now = Date.now();
    const room = this.#pacer.room(now);
    return this.#board.take(now, (priority) => hurry || room[priority], hurry);
  }

  /** Until it is said, or let go; never rejects but for a mistake of ours. */
  async #answer(topic: Topic): Promise<void> {
    const { log, onWork, holdTreated, signal } = this.#options;
    onWork(1);
    try {
      const hold = () => holdTreated(topic.events.flatMap(({ id }) => this.#messages.get(id) ?? []));
      const made = await this.#making.make(topic, hold);
      if (made.kind === 'nothing') this.#refuseAll(topic, made.verdict);
      else if (made.kind !== 'given-up') this.#said(topic, made.first);
    } catch (error) {
      // The signal says stop: it stays with the bus.
      if (signal.aborted) return;
      log.error({ err: error, topic: topic.key }, 'no answer could be made');
      this.#refuseAll(topic, { what: 'failed', reason: describeFailure(toFailure(error)) });
    } finally {
      onWork(-1);
    }
  }

  #said({ events }: Topic, first: Segment): void {
    const answered = new Set(first.causes.map(({ eventId }) => eventId));
    for (const event of events) {
      if (answered.has(event.id)) this.#done(event.id);
      else this.#putBack(event);
    }
  }

  /** The utterance turned out to be another's that does not answer it. */
  #putBack(event: LiveEvent): void {
    this.#letGo(this.#board.add(event, Date.now()));
  }

  #refuseAll({ events }: Topic, verdict: Verdict): void {
    for (const event of events) this.#settle(event, verdict);
  }

  #letGo(gone: LetGo[]): void {
    for (const { event, what, reason } of gone) this.#settle(event, { what, reason });
  }

  #settle(event: LiveEvent, verdict: Verdict): void {
    this.#verdicts.settle(event, verdict);
  }

  #done(eventId: string): void {
    this.#messages.get(eventId)?.ack();
    this.#messages.delete(eventId);
    this.#history.addAnswered(eventId);
  }
}
