import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { criticalBytes, freeBytesOf, freeDisk } from './free-disk.ts';

/** A start needs less: it writes a few small files, and its bus a little more. */
const startBytes = 8_000_000;
/** Written piece by piece: the supervisor is to stay small. */
const pieceBytes = 256 * 1024;
const pieces = 64;
const reserveBytes = pieces * pieceBytes;

const pathOf = (home: string): string => join(home, 'run', 'reserve');

/**
 * Room to start in, on a disk that somebody has filled: what was kept for that is given back, then what can be made anew. Returns what
 * was removed; nothing when there is room. Only for who has the home folder. Throws an Error that says what to do when there is none.
 */
export function makeRoomToStart(home: string): string[] {
  if (freeBytesOf(home) >= startBytes) return [];
  const removed = giveBackReserve(home);
  // Recordings are not touched: whoever starts again and again must not take them all.
  if (freeBytesOf(home) < startBytes) removed.push(...freeDisk(home, () => Infinity));
  if (freeBytesOf(home) < startBytes / 4) throw diskFullError(home);
  return removed;
}

/** Removes what was kept for a start; only for who starts there, or nobody does. Returns what there was. */
export function giveBackReserve(home: string): string[] {
  const kept = [pathOf(home), `${pathOf(home)}.new`].filter((path) => existsSync(path));
  for (const path of kept) rmSync(path, { force: true });
  return kept;
}

/** Says what to do. */
export function diskFullError(home: string, cause?: unknown): Error {
  const free = (freeBytesOf(home) / 1e6).toFixed(1);
  return new Error(
    `The disk of ${home} is full (${free} MB free). onair needs ${startBytes / 1e6} MB to start: delete something there, or choose another folder with --home`,
    { cause },
  );
}

/** Keeps room for a later start, as long as the disk has plenty. Never throws: without it a full disk is a person's to mend. */
export async function keepReserve(home: string): Promise<void> {
  const reserve = pathOf(home);
  const beside = `${reserve}.new`;
  try {
    if (statSync(reserve, { throwIfNoEntry: false })?.size === reserveBytes) return;
    if (freeBytesOf(home) < criticalBytes) return;
    {
      await using file = await open(beside, 'w');
      // Bytes that no file system makes smaller.
      const piece = randomBytes(pieceBytes);
      for (let count = 0; count < pieces; count++) await file.write(piece);
    }
    await rename(beside, reserve);
  } catch {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}
