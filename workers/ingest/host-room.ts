import type { RoomConfig } from '../../protocol/config.ts';
import type { ConnectedChild } from '../child.ts';
import { delay } from '../delay.ts';
import { openBusSink } from './bus-sink.ts';
import { FaultLog } from './fault-log.ts';
import { openSource } from './open-source.ts';
import { rememberGifts } from './remember.ts';
import { RoomEvents } from './room-events.ts';
import { RoomNotices } from './room-notices.ts';
import { runRoomSession } from './room-session.ts';
import { Tally } from './tally.ts';

/** What a room needs of its worker. */
type Host = Pick<
  ConnectedChild,
  'options' | 'bus' | 'log' | 'signal' | 'draining' | 'counters' | 'inFlight' | 'progress' | 'notice'
>;

const afterCrashMs = 5_000;

/** Keeps one room until the worker drains. A mistake of ours ends the session and not the worker: the room is taken up again. */
export async function hostRoom(room: RoomConfig, host: Host): Promise<void> {
  const { log, draining, signal } = host;
  const leaving = AbortSignal.any([draining, signal]);
  while (!leaving.aborted) {
    try {
      await hostOnce(room, host);
    } catch (error) {
      if (leaving.aborted) return;
      log.error({ err: error, room: room.id }, 'room session failed, starting it again');
      await delay(afterCrashMs, leaving);
    }
  }
}

async function hostOnce(room: RoomConfig, host: Host): Promise<void> {
  const { bus, log, signal, draining } = host;
  const tally = new Tally(host.counters);
  const faults = new FaultLog(log);
  await using source = openSource(room, { tally, faults });
  const events = new RoomEvents({
    room: room.id,
    platform: source.platform,
    ttls: host.options.config.reply,
  });
  const sink = openBusSink({
    bus,
    tally,
    faults,
    onInFlight(change) {
      host.inFlight += change;
      if (change < 0) host.progress();
    },
  });
  await runRoomSession({
    room: room.id,
    source,
    events,
    remembered: rememberGifts({ bus, room: room.id, events, log, signal }),
    sink,
    tally,
    notices: new RoomNotices({ room: room.id, notice: (level, text) => host.notice(level, text) }),
    log,
    draining,
    signal,
  });
}
