import { join } from 'node:path';
import type { RoomConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import type { BusPresence } from './bus-presence.ts';
import { FaultLog } from './fault-log.ts';
import type { EventSink } from './frame-publisher.ts';
import type { GiftFollower } from './gift-follower.ts';
import { openRoomOutbox } from './open-outbox.ts';
import { RoomRecorder } from './recording/recorder.ts';
import { giftsOf, rememberGifts } from './remember.ts';
import { RoomEvents } from './room-events.ts';
import { RoomNotices } from './room-notices.ts';
import { runRoomSession } from './room-session.ts';
import type { SavedRooms } from './saved-rooms.ts';
import type { SourceDefinition } from './source.ts';
import { Tally } from './tally.ts';

/** What a room needs of its worker. */
export interface Host {
  child: Pick<
    ConnectedChild,
    'options' | 'bus' | 'duty' | 'log' | 'draining' | 'counters' | 'inFlight' | 'progress' | 'notice'
  >;
  /** Means: return now. */
  signal: AbortSignal;
  presence: BusPresence;
  follower: GiftFollower;
  saved: SavedRooms;
}

const afterCrashMs = 5_000;

/**
 * One room of a worker. As long as that is a spare, it only hears of the room's gifts; `run` keeps the room until the worker drains. A
 * mistake of ours ends the session and not the worker: the room is taken up again.
 */
export class HostedRoom {
  readonly #room: RoomConfig;
  readonly #definition: SourceDefinition;
  readonly #host: Host;
  readonly #tally: Tally;
  readonly #faults: FaultLog;
  /** What the session goes by. Before the first, and until that has caught up, it hears of what others have published. */
  #events: RoomEvents;
  #hasRun = false;

  constructor(room: RoomConfig, definition: SourceDefinition, host: Host) {
    this.#room = room;
    this.#definition = definition;
    this.#host = host;
    this.#tally = new Tally(host.child.counters);
    this.#faults = new FaultLog(host.child.log);
    this.#events = this.#newEvents();
  }

  hear(gift: LiveEvent): void {
    this.#events.remember(gift);
  }

  async run(): Promise<void> {
    const { child, signal } = this.#host;
    const { log, draining } = child;
    const leaving = AbortSignal.any([draining, signal]);
    while (!leaving.aborted) {
      try {
        await this.#runOnce();
      } catch (error) {
        if (leaving.aborted) return;
        log.error({ err: error, room: this.#room.id }, 'room session failed, starting it again');
        await delay(afterCrashMs, leaving);
      }
    }
  }

  async #runOnce(): Promise<void> {
    const { id } = this.#room;
    const { child, presence, saved, follower, signal } = this.#host;
    const { bus, duty, log, draining } = child;
    const isFirst = !this.#hasRun;
    this.#hasRun = true;
    if (!isFirst) this.#events = this.#newEvents();
    const events = this.#events;
    await using recorder = this.#openRecorder();
    await using source = this.#definition.open(this.#room.source, {
      room: id,
      tally: this.#tally,
      faults: this.#faults,
      isCertain: () => duty.isCertain,
      place: () => saved.get(id),
      onPlace: (write) => saved.save(id, write),
      onRaw: (message) => recorder?.record(message),
      onCondition: () => undefined,
    });
    const onGift = (event: LiveEvent) => events.remember(event);
    // Begun at once, as the page or the push server need longer; the journal is flushed even when the room is off the air.
    const opening = openRoomOutbox({
      room: id,
      host: this.#host,
      tally: this.#tally,
      faults: this.#faults,
      onFound: onGift,
      signal,
    });
    const connected = Promise.withResolvers<void>();
    const remembered = Promise.all([
      opening,
      // Only now nothing of a predecessor can be under way any more.
      connected.promise.then(() =>
        isFirst
          ? follower.catchUp()
          : rememberGifts({ bus, presence, filter: giftsOf(id), onGift, log, signal }),
      ),
    ]);
    const sink: EventSink = {
      publish: async (event) => await (await opening).outbox.publish(event),
    };
    try {
      await runRoomSession({
        room: id,
        source,
        events,
        remembered: remembered.then(() => undefined),
        onConnected: () => connected.resolve(),
        sink,
        tally: this.#tally,
        notices: new RoomNotices({ room: id, notice: (level, text) => child.notice(level, text) }),
        log,
        draining,
        signal,
      });
    } finally {
      await (await opening)[Symbol.asyncDispose]();
    }
  }

  /** Null: nothing is to be recorded, or it is a recording already. */
  #openRecorder(): RoomRecorder | null {
    const { child } = this.#host;
    const { recording } = child.options.config.ingest;
    const { id, source } = this.#room;
    if (!recording.enabled || source.type === 'recording') return null;
    return new RoomRecorder({
      room: id,
      source: source.type,
      folder: join(child.options.home, 'recordings', id),
      config: recording,
      tally: this.#tally,
      log: child.log,
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
