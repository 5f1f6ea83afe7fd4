import { copyFileSync, renameSync, statSync, truncateSync } from 'node:fs';

/** Of one file; there is one more, older one of each. */
export const maxLogBytes = 20_000_000;

/** Sets a file aside as `.1` once it is so large; where that cannot be done, it is emptied. For files that nobody has open. */
export function setAside(file: string, maxBytes: number = maxLogBytes): void {
  if (sizeOf(file) <= maxBytes) return;
  try {
    renameSync(file, `${file}.1`);
  } catch {
    truncateSync(file);
  }
}

/**
 * The same for a file that another process has open to append to: its content is copied and the file emptied, after which that process
 * goes on at the beginning. What it writes between the two is lost, as is all of it when there is no room for a copy.
 */
export function emptyAside(file: string, maxBytes: number = maxLogBytes): void {
  if (sizeOf(file) <= maxBytes) return;
  try {
    copyFileSync(file, `${file}.1`);
  } finally {
    truncateSync(file);
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
