import type { LiveEvent } from '../../protocol/event.ts';
import { everything, isInShare } from '../../protocol/sharding.ts';
import { eventConsumer } from '../../protocol/streams.ts';
import { helmActions } from '../../protocol/speech.ts';
import { replyCommandSubject } from '../../protocol/subjects.ts';
import { CommandDesk } from '../command-desk.ts';
import type { Delivery } from '../delivery.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import { WantedRooms } from '../wanted-rooms.ts';
import { BudgetKeeper } from './budget-keeper.ts';
import { eventRooms } from './event-rooms.ts';
import { ModelWatch } from './model-watch.ts';
import { openHosts } from './open-hosts.ts';
import { publishOutcome } from './outcome.ts';
import type { Verdict } from './outcome.ts';
import { rehearse } from './rehearse.ts';
import type { Rewriting } from './rewriting/open-rewriting.ts';
import { openRewriting } from './rewriting/open-rewriting.ts';
import type { RoomHost } from './room-host.ts';
import { openMemoryBucket } from './room-memory.ts';
import type { RoomVoices } from './room-voices.ts';
import { openRoomVoices } from './room-voices.ts';
import { SpeechFollower } from './speech-follower.ts';
import { TurnClock } from './turn-clock.ts';

/** A third of the consumer's ack wait. */
const keepAliveEveryMs = 2_000;
/** Of all rooms together, and of one in any case. */
const maxAtHand = 1_000;
const leastAtHand = 50;
/** With no event for so long while draining, everything has arrived: those before us have ended. */
const quietMs = 300;
/** The last resort, when nobody keeps account of what workers died of: every planned replacement hands out again what waited. */
const maxDeliveries = 1_000;

/** The hosts of rooms, and the event stream that feeds them: as a spare all of them, at work those of its share. */
export class Desk implements AsyncDisposable {
  readonly #child: ConnectedChild;
  readonly #hosts: Map<string, RoomHost>;
  readonly #follower: SpeechFollower;
  readonly #wanted: WantedRooms;
  readonly #voices: RoomVoices;
  readonly #rewriting: Rewriting;
  /** It was told to begin: a spare was not. */
  isAtWork = false;
  /** Rooms of which there may be events, hosted or not. */
  readonly #rooms: Set<string>;
  #clock = new TurnClock<RoomHost>([]);
  readonly #ended = new AbortController();
  readonly #hearing: Promise<void>;
  /** Everything that it writes down about events of rooms that are not ours. */
  readonly #writing = new Set<Promise<void>>();
  #lastEventAt = 0;

  private constructor(
    child: ConnectedChild,
    {
      hosts,
      follower,
      rooms,
      wanted,
      voices,
      rewriting,
    }: {
      hosts: Map<string, RoomHost>;
      follower: SpeechFollower;
      rooms: string[];
      wanted: WantedRooms;
      voices: RoomVoices;
      rewriting: Rewriting;
    },
  ) {
    this.#voices = voices;
    this.#rewriting = rewriting;
    this.#child = child;
    this.#wanted = wanted;
    this.#hosts = hosts;
    this.#follower = follower;
    this.#rooms = new Set([...hosts.keys(), ...rooms]);
    this.#hearing = this.#hearPlayheads();
  }

  /** Reads what has been said already, and from now on follows what is said and heard. Puts nothing out. */
  static async open(child: ConnectedChild): Promise<Desk> {
    const { bus, log, signal } = child;
    const { reply } = child.options.config;
    const bucket = openMemoryBucket(child);
    const watch = new ModelWatch({
      counters: child.counters,
      notice: (level, text) => child.notice(level, text),
    });
    const onModelEnd = watch.ended.bind(watch);
    const store = reply.model.endpoints.length > 0 ? new BudgetKeeper(bucket, signal) : undefined;
    const opened = { desk: undefined as Desk | undefined };
    // A spare reads files as well, and leaves it to who works to tell of them.
    const notice = (level: 'info' | 'warn', text: string) => {
      if (opened.desk?.isAtWork) child.notice(level, text);
    };
    const voices = await openRoomVoices({ config: reply, log, notice, store, onModelEnd });
    await rehearse(reply, voices.words);
    const wanted = new WantedRooms({ bus, log });
    const rewriting = openRewriting(child, { voices, bucket });
    const hosts = openHosts(child, { wanted, voices, bucket, rewriting });
    const [follower, rooms] = await Promise.all([
      SpeechFollower.open({ bus, log, signal, onSegment: (body) => hosts.get(body.room)?.observe(body) }),
      eventRooms({ bus, log, signal }),
      wanted.known(signal),
    ]);
    const how = child.options.hurry ? 'hurry' : 'work';
    await Promise.all(rooms.map(async (room) => await bus.prepare('EVENTS', eventConsumer(room), how)));
    opened.desk = new Desk(child, { hosts, follower, rooms, wanted, voices, rewriting });
    return opened.desk;
  }

  /** Works until asked to drain; then finishes, or hands over. */
  async run(): Promise<void> {
    const child = this.#child;
    const { signal, draining } = child;
    this.isAtWork = true;
    this.#takeShare();
    const taking = new AbortController();
    const leaving = AbortSignal.any([signal, draining]);
    const ready = this.#begin();
    const takingEvents = this.#takeEvents(ready, AbortSignal.any([signal, taking.signal]));
    // Whoever awaits it, below, hears of it; should `ready` fail, nobody does.
    takingEvents.catch(() => undefined);
    const keepingAlive = this.#keepAlive(AbortSignal.any([signal, this.#ended.signal]));
    await ready;
    const commands = this.#takeCommands(leaving);
    const writing = this.#rewriting.lead(leaving);
    while (!leaving.aborted) {
      await Promise.all(this.#clock.due(performance.now()).map(async (host) => await host.turn()));
      child.counters['waiting'] = this.#hostList.reduce((sum, { waiting }) => sum + waiting, 0);
      child.counters['rooms'] = this.#hosts.size;
      child.counters['refused'] = child.bus.refused;
      await this.#clock.next(leaving);
    }
    await commands;
    if (!child.handOver) await this.#untilQuiet();
    taking.abort();
    await takingEvents;
    const end = async (host: RoomHost) => await (child.handOver ? host.giveBack() : host.finish());
    await Promise.all([...this.#hostList.map(end), ...this.#writing]);
    if (child.handOver) child.yielded();
    this.#ended.abort();
    await Promise.all([keepingAlive, writing]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#follower[Symbol.asyncDispose]();
    await this.#wanted[Symbol.asyncDispose]();
    await this.#rewriting[Symbol.asyncDispose]();
    await this.#voices[Symbol.asyncDispose]();
    await this.#hearing;
  }

  get #hostList(): RoomHost[] {
    return [...this.#hosts.values()];
  }

  /** From now on the other rooms are none of its business. */
  #takeShare(): void {
    const share = this.#child.duty.current.share ?? everything;
    for (const room of this.#hosts.keys()) if (!isInShare(room, share)) this.#hosts.delete(room);
    for (const room of this.#rooms) if (!isInShare(room, share)) this.#rooms.delete(room);
    this.#clock = new TurnClock(this.#hosts.values());
  }

  /** Whoever worked before has ended: learns its last words, and finishes what it had half said. */
  async #begin(): Promise<void> {
    await this.#follower.catchUp();
    await Promise.all(this.#hostList.map(async (host) => await host.begin()));
  }

  async #untilQuiet(): Promise<void> {
    const { signal } = this.#child;
    this.#lastEventAt = Date.now();
    while (!signal.aborted && Date.now() - this.#lastEventAt < quietMs) await delay(20, signal);
  }

  /** The first events may come while it catches up; none is looked at before it has. */
  async #takeEvents(ready: Promise<void>, signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from(this.#rooms, async (room) => await this.#takeEventsOf(room, ready, signal)));
  }

  async #takeEventsOf(room: string, ready: Promise<void>, signal: AbortSignal): Promise<void> {
    const { bus, counters } = this.#child;
    const maxMessages = Math.max(leastAtHand, Math.floor(maxAtHand / this.#rooms.size));
    for await (const delivery of bus.work('EVENTS', eventConsumer(room), 'event', { maxMessages, signal })) {
      await ready;
      this.#lastEventAt = Date.now();
      counters['events'] = (counters['events'] ?? 0) + 1;
      this.#take(delivery);
    }
  }

  #take(delivery: Delivery<LiveEvent>): void {
    const { body: event, message, deliveries } = delivery;
    const { poison, treated, log } = this.#child;
    const host = this.#hosts.get(event.room);
    if (!host) return this.#refuse(delivery, { what: 'skipped', reason: 'the room is not hosted' });
    if (poison.has(message) || deliveries > maxDeliveries) {
      log.warn({ event: event.id, deliveries }, 'an event that workers died of');
      return host.refuse(event, message, { what: 'failed', reason: 'poison' });
    }
    // Most are looked at for microseconds, once: only what has been with somebody else is suspected.
    using _ = deliveries > 1 ? treated.hold(message) : undefined;
    host.take(event, message, deliveries > 1);
    this.#clock.wake(host);
  }

  #refuse({ body: event, message }: Delivery<LiveEvent>, verdict: Verdict): void {
    const { bus, signal, log } = this.#child;
    log.warn({ event: event.id, ...verdict }, 'event let go');
    const writing = publishOutcome(bus, event, verdict, signal)
      .then(() => message.ack())
      .catch((error: unknown) => {
        // The signal says stop: it stays with the bus.
        if (!signal.aborted) throw error;
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** What people want of the rooms that are ours, until the signal says stop. */
  async #takeCommands(signal: AbortSignal): Promise<void> {
    const { bus, duty, counters, log } = this.#child;
    const { connection } = bus;
    const desks = Array.from(this.#hosts, ([room, host]) => {
      const carryOut = host.command.bind(host);
      const subject = replyCommandSubject(room);
      const given = { subject, connection, duty, carryOut, counters, log, signal, actions: helmActions };
      return new CommandDesk({ ...given, type: 'helm' });
    });
    await Promise.all(desks.map(async (desk) => await desk.run()));
  }

  async #hearPlayheads(): Promise<void> {
    const { bus, signal } = this.#child;
    const all = AbortSignal.any([signal, this.#ended.signal]);
    for await (const { message } of bus.listen('live.*.playhead', all)) {
      if (message.type === 'playhead') this.#hosts.get(message.body.room)?.hear(message.body);
    }
  }

  async #keepAlive(signal: AbortSignal): Promise<void> {
    while (await delay(keepAliveEveryMs, signal))
      if (this.#child.duty.isCertain) for (const host of this.#hosts.values()) host.keepAlive();
  }
}
