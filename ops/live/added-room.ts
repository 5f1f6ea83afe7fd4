import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import type { RoomConfig } from '../../protocol/config.ts';
import { roomSchema } from '../../protocol/config.ts';
import type { SupervisorState } from '../../protocol/ipc.ts';
import { addedRoomFile, addedRoomsFolder } from '../../supervisor/added-rooms-folder.ts';
import { checkRoom } from './read-order.ts';

/** The room that was added under this name; undefined: none was. */
export function findAddedRoom(home: string, id: string): RoomConfig | undefined {
  try {
    return roomSchema.parse(parse(readFileSync(addedRoomFile(home, id), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a room is new, and may be added. Throws when it makes no sense, when its name is taken, or when there are too many. */
export function checkAdded({
  home,
  state: { rooms, maxRooms },
  room,
  source,
}: {
  home: string;
  state: Pick<SupervisorState, 'rooms' | 'maxRooms'>;
  room: string;
  source: unknown;
}): boolean {
  const wanted = checkRoom(room, source);
  const added = findAddedRoom(home, room);
  if (added && rooms.includes(room) && isDeepStrictEqual(added, wanted)) return false;
  if (rooms.some((one) => one.toLowerCase() === room.toLowerCase()))
    throw new Error(`There is a room "${room}" already, with another source; give this one another name`);
  if (rooms.length >= maxRooms)
    throw new Error(`There are ${rooms.length} rooms, and ingest.maxRooms allows ${maxRooms}`);
  return true;
}

/** As it was given, without the defaults: those of a later version hold for it too. Whole or not at all; for its owner alone. */
export function writeAddedRoom(home: string, id: string, source: unknown): void {
  const file = addedRoomFile(home, id);
  mkdirSync(addedRoomsFolder(home), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, stringify({ id, source }), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

export function removeAddedRoom(home: string, id: string): void {
  rmSync(addedRoomFile(home, id), { force: true });
}
