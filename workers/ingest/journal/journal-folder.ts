import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalOptions } from './journal-options.ts';

export const reserveName = 'reserve';
const namePattern = /^\d{13}-\d+-\d+\.ndjson$/;

/** The files of a journal, in the order in which they were begun. */
export async function namesIn(folder: string, onDamage: JournalOptions['onDamage']): Promise<string[]> {
  try {
    const names = await readdir(folder);
    for (const name of names) if (isRemains(name)) await discard(join(folder, name), onDamage);
    return names.filter((name) => namePattern.test(name)).toSorted(inOrder);
  } catch (error) {
    if (!isMissing(error)) onDamage({ path: folder, error });
    return [];
  }
}

/** Of no use to anybody but the process that has ended. */
const isRemains = (name: string): boolean => name === reserveName || name.endsWith('.ndjson.new');

/** It may be gone: who is ending takes its own away. Whatever stays of it hides none of the others. */
async function discard(path: string, onDamage: JournalOptions['onDamage']): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) onDamage({ path, error });
  }
}

function inOrder(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => name.split(/[-.]/).map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[2] ?? 0) - (b?.[2] ?? 0);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
