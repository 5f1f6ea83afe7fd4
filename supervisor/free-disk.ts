import { existsSync, readdirSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** As where the host's verdict on its disk becomes critical. */
export const criticalBytes = 200_000_000;

/** Bytes that are free for us on the disk of a folder. */
export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Gives back disk: what can be made anew first, then the oldest recordings, never what is still being written. `freeBytes` asks how much
 * there is. Returns what was removed.
 */
export function freeDisk(home: string, freeBytes: () => number = () => freeBytesOf(home)): string[] {
  const audio = join(home, 'audio');
  const old = list(audio).filter((name) => /-\d{4}-\d\d-\d\dT[\d-]+Z\.wav$/.test(name));
  const logs = list(join(home, 'log')).filter((name) => name.endsWith('.1'));
  const files = [
    ...logs.map((name) => join(home, 'log', name)),
    ...list(join(home, 'log', 'reports')).map((name) => join(home, 'log', 'reports', name)),
    ...list(home)
      .filter((name) => /^(speech-)?cache-aside-/.test(name))
      .map((name) => join(home, name)),
  ];
  // Recordings are somebody's: only where nothing else is left to give, and never more than the older half.
  const isCritical = freeBytes() < criticalBytes;
  const recordings = isCritical ? old.slice(0, Math.floor(old.length / 2)) : [];
  const onFullDisk = [...files, ...recordings.map((name) => join(audio, name))].filter(
    (file) => deviceOf(file) === deviceOf(join(home, 'jetstream')),
  );
  for (const file of onFullDisk) rmSync(file, { recursive: true, force: true });
  return onFullDisk;
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Where a file lies, to give back nothing of a disk that is not the full one; undefined: it is gone. */
function deviceOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.dev;
}
