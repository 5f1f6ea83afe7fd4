import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Head } from './archive.ts';
import { ArchiveError, isArchiveName } from './archive.ts';
import { readHead } from './read-archive.ts';

/** An archive in a folder, by its first line; the rest of it was not read. */
export interface Found {
  file: string;
  head: Head;
}

/** The archives of one home in a folder, oldest first. Files that cannot be read are `unreadable`, and nobody's to delete. */
export async function listArchives(
  folder: string,
  { host, home, signal }: { host: string; home: string; signal: AbortSignal },
): Promise<{ found: Found[]; unreadable: string[] }> {
  const found: Found[] = [];
  const unreadable: string[] = [];
  for (const file of (await namesIn(folder)).filter(isArchiveName)) {
    try {
      const head = await readHead(join(folder, file), signal);
      if (head.host === host && head.home === home) found.push({ file, head });
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      unreadable.push(file);
    }
  }
  found.sort((a, b) => Date.parse(a.head.created) - Date.parse(b.head.created));
  return { found, unreadable };
}

/** Archives older than `keepMs` that no newer one has to be restored after. */
export function outdated(found: Found[], now: number, keepMs: number): Found[] {
  const isOld = ({ head }: Found) => now - Date.parse(head.created) > keepMs;
  const needed = new Set(
    found.filter((one) => !isOld(one)).flatMap(({ head }) => head.chain.map(({ id }) => id)),
  );
  return found.filter((one) => isOld(one) && !needed.has(one.head.id));
}

/** Deletes what is outdated in a folder; returns the names. Newest first: whatever stops it, no chain lacks its beginning. */
export async function deleteOutdated(
  folder: string,
  options: { host: string; home: string; now: number; keepMs: number; signal: AbortSignal },
): Promise<string[]> {
  const { found } = await listArchives(folder, options);
  const names = outdated(found, options.now, options.keepMs)
    .map(({ file }) => file)
    .toReversed();
  for (const name of names) {
    options.signal.throwIfAborted();
    await rm(join(folder, name));
  }
  return names;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
