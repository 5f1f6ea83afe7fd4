import { join } from 'node:path';

/** Rooms that were added by command, each in a file of its own, `<home>/rooms.d/<id>.yaml`, like an entry of `rooms` in the configuration. */
export const addedRoomsFolder = (home: string): string => join(home, 'rooms.d');

export const addedRoomFile = (home: string, id: string): string => join(addedRoomsFolder(home), `${id}.yaml`);
