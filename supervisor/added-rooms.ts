import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { AddedRoom } from '../protocol/read-config.ts';
import { addedRoomsFolder } from './added-rooms-folder.ts';

/** The rooms that were added by command, in the order of their names. Throws an Error that names the file for one that cannot be read, or is no YAML. */
export async function readAddedRooms(home: string): Promise<AddedRoom[]> {
  const names = await readdir(addedRoomsFolder(home)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith('.yaml')).toSorted();
  return await Promise.all(
    files.map(async (name) => await readAddedRoom(join(addedRoomsFolder(home), name))),
  );
}

async function readAddedRoom(file: string): Promise<AddedRoom> {
  try {
    return { file, room: parse(await readFile(file, 'utf8')) as unknown };
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
