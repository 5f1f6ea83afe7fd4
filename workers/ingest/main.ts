import { runChild } from '../child.ts';
import { hostRoom } from './host-room.ts';
import { checkSources } from './open-source.ts';

/** Reads the rooms: what viewers write, give and buy becomes events on the bus. One session per room, none disturbs another. */
await runChild('ingest', async (child) => {
  const { rooms } = child.options.config;
  await checkSources(rooms);
  await child.initialised();
  const hosted = rooms.map((room) => hostRoom(room, child));
  // A room may be off the air for hours: that it is wanted is enough.
  child.started();
  await Promise.all(hosted);
});
