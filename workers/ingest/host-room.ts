import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RoomConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import type { Bus } from '../bus.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import type { WantedRooms } from '../wanted-rooms.ts';
import type { BusPresence } from './bus-presence.ts';
import { FaultLog } from './fault-log.ts';
import type { EventSink } from './frame-publisher.ts';
import type { GiftFollower } from './gift-follower.ts';
import type { IdFollower } from './id-follower.ts';
import type { Shed } from './journal/record.ts';
import { shedIds } from './journal/record.ts';
import { openRoomOutbox } from './open-outbox.ts';
import { giftsOf, idsOf, recallIds, rememberGifts } from './remember.ts';
import { RoomEvents } from './room-events.ts';
import { RoomParts } from './room-parts.ts';
import { runRoomSession } from './room-session.ts';
import type { SavedRooms } from './saved-rooms.ts';
import type { SourceDefinition } from './source.ts';
import { secretsOf } from './source-secrets.ts';
import { Tally } from './tally.ts';

/** What a room needs of its worker. */
export interface Host {
  child: Pick<
    ConnectedChild,
    | 'options'
    | 'duty'
    | 'log'
    | 'draining'
    | 'drainUntil'
    | 'handOver'
    | 'counters'
    | 'inFlight'
    | 'progress'
    | 'notice'
    | 'trouble'
    | 'secrets'
  > & { bus: Pick<Bus, 'connection' | 'isConnected' | 'certain' | 'bucket' | 'read' | 'publish'> };
  /** Means: return now. */
  signal: AbortSignal;
  presence: Pick<BusPresence, 'isAway' | 'onChange'>;
  follower: Pick<GiftFollower, 'catchUp'>;
  /** Of a spare that somebody worked before. */
  idFollower: Pick<IdFollower, 'catchUp'> | undefined;
  saved: Pick<SavedRooms, 'get' | 'save'>;
  wanted: Pick<WantedRooms, 'has' | 'when'>;
}

const afterCrashMs = 5_000;
/** A room that is stopped keeps what was read; what cannot be kept by then goes unacknowledged. */
const stopMs = 10_000;

/**
 * One room of a worker. As long as that is a spare, it only hears of the room's events; `run` keeps the room until the worker drains,
 * connected as long as it is wanted. A mistake of ours ends the session and not the worker: the room is taken up again.
 */
export class HostedRoom implements AsyncDisposable {
  readonly #room: RoomConfig;
  readonly #definition: SourceDefinition;
  readonly #host: Host;
  readonly #tally: Tally;
  readonly #faults: FaultLog;
  /** What the session goes by. Before the first, and until that has caught up, it hears of what others have published. */
  #events: RoomEvents;
  /** Of the first session, made by a spare. */
  #parts: RoomParts | undefined;
  #hasRun = false;
  /** A session ended in the middle of something: what it remembers may not be so. */
  #isUnsure = false;

  constructor(room: RoomConfig, definition: SourceDefinition, host: Host) {
    this.#room = room;
    this.#definition = definition;
    this.#host = host;
    for (const secret of secretsOf(room.source)) host.child.secrets.add(secret);
    this.#tally = new Tally(host.child.counters);
    this.#faults = new FaultLog(host.child.log);
    this.#events = this.#newEvents();
  }

  hear(gift: LiveEvent): void {
    this.#events.remember(gift);
  }

  /** Gifts are heard with their streaks. */
  hearOf(event: LiveEvent): void {
    if (event.kind !== 'gift') this.#events.rememberIds(idsOf(event), Date.now());
  }

  /** Makes what the first session needs, as long as there is time. Never throws: if it fails again when it is needed, it is told then. */
  prepare(): void {
    try {
      this.#parts ??= this.#newParts();
    } catch (error) {
      this.#host.child.log.warn({ err: error, room: this.#room.id }, 'a room could not be prepared');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts?.[Symbol.asyncDispose]();
  }

  async run(): Promise<void> {
    const { child, signal, wanted } = this.#host;
    const { id: room } = this.#room;
    const { log, draining } = child;
    const leaving = AbortSignal.any([draining, signal]);
    while (!leaving.aborted) {
      try {
        if (!wanted.has(room)) await this.#rest(leaving);
        else {
          using unwanted = wanted.when(room, false);
          using limit = limitStop(unwanted.signal);
          await this.#runOnce(
            AbortSignal.any([draining, unwanted.signal]),
            AbortSignal.any([signal, limit.signal]),
          );
        }
      } catch (error) {
        if (leaving.aborted) return;
        log.error({ err: error, room }, 'room session failed, starting it again');
        await delay(afterCrashMs, leaving);
      }
    }
  }

  /** Nobody wants the room now. What its journal holds goes to the bus all the same. */
  async #rest(leaving: AbortSignal): Promise<void> {
    const { id: room } = this.#room;
    const { child, signal, wanted } = this.#host;
    child.log.info({ room }, 'room is stopped');
    child.notice('info', `room ${room}: stopped`);
    using again = wanted.when(room, true);
    const over = AbortSignal.any([leaving, again.signal]);
    {
      await using opened = await openRoomOutbox({
        room,
        host: this.#host,
        tally: this.#tally,
        faults: this.#faults,
        onFound: (event) => this.#events.remember(event),
        onFoundShed: (shed) => this.#events.rememberIds(idsOfShed(shed), Date.now()),
        signal,
      });
      await opened.outbox.untilEmpty(over);
    }
    await aborted(over);
    if (!leaving.aborted) child.notice('info', `room ${room}: started`);
  }

  /** One life of the session, until `draining`; `signal` means: return now. */
  async #runOnce(draining: AbortSignal, signal: AbortSignal): Promise<void> {
    const { id } = this.#room;
    const { child, presence, follower, idFollower } = this.#host;
    const { bus, log } = child;
    const isFirst = !this.#hasRun;
    this.#hasRun = true;
    if (this.#isUnsure) this.#events = this.#newEvents();
    this.#isUnsure = true;
    const events = this.#events;
    await using parts = this.#takeParts();
    const { link } = parts;
    parts.begin(signal);
    const onGift = (event: LiveEvent) => events.remember(event);
    // Begun while the source connects, which takes longer; the journal is flushed even when the room is off the air.
    const opening = nextTurn().then(
      async () =>
        await openRoomOutbox({
          room: id,
          host: this.#host,
          tally: this.#tally,
          faults: this.#faults,
          onFound: onGift,
          onFoundShed: (shed) => events.rememberIds(idsOfShed(shed), Date.now()),
          signal,
        }),
    );
    const connected = Promise.withResolvers<void>();
    using ended = openEnd();
    const recalling = {
      bus,
      presence,
      room: id,
      log,
      onIds: (ids: Iterable<string>) => events.rememberIds(ids, Date.now()),
      onOlderIds: (ids: Iterable<string>) => events.rememberOlderIds(ids, Date.now()),
      signal: AbortSignal.any([signal, ended.signal]),
    };
    const remembered = Promise.all([
      opening,
      // Only now nothing of a predecessor can be under way any more.
      connected.promise.then(() =>
        isFirst
          ? follower.catchUp()
          : rememberGifts({ bus, presence, filter: giftsOf(id), onGift, log, signal }),
      ),
      connected.promise.then(async () => {
        const heard = isFirst ? await idFollower?.catchUp() : undefined;
        await recallIds({ ...recalling, heard });
      }),
    ]);
    const sink: EventSink = {
      publish: async (event) => await (await opening).outbox.publish(event),
    };
    try {
      await runRoomSession({
        room: id,
        ...link.forSession,
        policy: this.#definition.policy,
        events,
        remembered: remembered.then(() => undefined),
        onConnected: () => connected.resolve(),
        whyOver: () => (this.#host.wanted.has(id) ? 'its worker stops' : 'the room was stopped'),
        sink,
        tally: this.#tally,
        faults: this.#faults,
        log,
        draining,
        signal,
      });
      // What was given up is sent again, and must not be taken for a repeat.
      this.#isUnsure = signal.aborted;
    } finally {
      if (child.handOver) link.handOver();
      else if (child.drainUntil > 0 || !this.#host.wanted.has(id)) link.leave();
      await (await opening)[Symbol.asyncDispose]();
    }
  }

  #takeParts(): RoomParts {
    const parts = this.#parts ?? this.#newParts();
    this.#parts = undefined;
    return parts;
  }

  #newParts(): RoomParts {
    return new RoomParts({
      room: this.#room,
      definition: this.#definition,
      host: this.#host,
      tally: this.#tally,
      faults: this.#faults,
    });
  }

  #newEvents(): RoomEvents {
    return new RoomEvents({
      room: this.#room.id,
      platform: this.#definition.platform,
      ttls: this.#host.child.options.config.reply,
    });
  }
}

function* idsOfShed(shed: Shed): Generator<string> {
  for (const { id } of shedIds(shed)) yield id;
}

/** What is begun on the side ends with the block. */
function openEnd(): Disposable & { signal: AbortSignal } {
  const end = new AbortController();
  return { signal: end.signal, [Symbol.dispose]: () => end.abort() };
}

/** A signal for when the time to stop a room is over. */
function limitStop(unwanted: AbortSignal): Disposable & { signal: AbortSignal } {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onUnwanted = () => {
    timer = setTimeout(() => over.abort(new Error('the time to stop the room is over')), stopMs);
  };
  unwanted.addEventListener('abort', onUnwanted, { once: true });
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      unwanted.removeEventListener('abort', onUnwanted);
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await once(signal, 'abort');
}
