import type { RoomConfig } from '../../protocol/config.ts';
import type { ConnectedChild } from '../child.ts';
import { runChild } from '../child.ts';
import { loadUndici } from '../load-undici.ts';
import { rehearseHistory } from './connection-history.ts';
import { hostRooms } from './host-rooms.ts';
import { checkSources, warmUpSources } from './open-source.ts';
import { rehearseRoom } from './rehearse-room.ts';

/** Reads the rooms: what viewers write, give and buy becomes events on the bus. One session per room, none disturbs another. */
await runChild('ingest', async (child) => {
  const { rooms } = child.options.config;
  await checkSources(rooms);
  await using hosted = await hostRooms(rooms, child);
  if (!child.options.hurry) {
    rehearseHistory();
    loadUndici();
  }
  await Promise.all([hosted.prepare(), child.options.hurry ? undefined : warmUp(rooms, child)]);
  await child.initialised();
  if (child.draining.aborted || child.signal.aborted) return;
  const running = hosted.run();
  // A room may be off the air for hours: that it is wanted is enough.
  child.started();
  await running;
  if (child.handOver) child.yielded();
});

/** So that a successor runs nothing for the first time. Never throws. */
async function warmUp(rooms: readonly RoomConfig[], child: ConnectedChild): Promise<void> {
  await warmUpSources(rooms, child);
  try {
    await rehearseRoom(child);
  } catch (error) {
    if (!child.signal.aborted) child.log.warn({ err: error }, 'a room could not be rehearsed');
  }
}
