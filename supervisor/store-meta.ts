import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name and checksum of a stream's configuration, beside its messages. */
const metaFiles = ['meta.inf', 'meta.sum'] as const;

/** Where the server keeps its accounts under its `store_dir`. */
const accountsOf = (store: string): string => join(store, 'jetstream');

/**
 * Copies what describes each stream to a place of ours; cheap, and only what has changed is written. A damaged description makes nats-server
 * leave out the stream with all its messages and call itself unwell for ever (2.10.27, seen), although the messages themselves are whole.
 */
export function keepStreamMeta(store: string, copies: string): void {
  for (const account of names(accountsOf(store))) {
    for (const stream of names(join(accountsOf(store), account, 'streams'))) {
      const from = join(accountsOf(store), account, 'streams', stream);
      const meta = metaFiles.map((file) => read(join(from, file)));
      if (!isWhole(meta)) continue;
      const to = join(copies, account, stream);
      mkdirSync(to, { recursive: true });
      for (const [index, file] of metaFiles.entries()) {
        const bytes = meta[index] ?? '';
        if (read(join(to, file)) === bytes) continue;
        writeFileSync(join(to, `${file}.new`), bytes, { mode: 0o600 });
        renameSync(join(to, `${file}.new`), join(to, file));
      }
    }
  }
}

/** The stream that a server is unwell because of, from its words. */
export function unreadableStream(text: string): { account: string; stream: string } | undefined {
  const [, account, stream] = /stream '(\S+) > (\S+)' could not be recovered/.exec(text) ?? [];
  return account === undefined || stream === undefined ? undefined : { account, stream };
}

/** While no server runs: puts a stream's description back; false when there is no copy that differs. */
export function putBackMeta(
  store: string,
  copies: string,
  { account, stream }: { account: string; stream: string },
): boolean {
  const folder = join(accountsOf(store), account, 'streams', stream);
  const kept = metaFiles.map((file) => read(join(copies, account, stream, file)));
  if (!isWhole(kept)) return false;
  if (metaFiles.every((file, index) => read(join(folder, file)) === kept[index])) return false;
  try {
    for (const [index, file] of metaFiles.entries())
      writeFileSync(join(folder, file), kept[index] ?? '', { mode: 0o600 });
    return true;
  } catch {
    // The folder itself is damaged; it is set aside next.
    return false;
  }
}

/** While no server runs: moves a stream, or without one the whole store, out of the way. Returns where to; only the last one is kept. */
export function setAside(
  store: string,
  damaged: string,
  which?: { account: string; stream: string },
): string {
  const from = which ? join(accountsOf(store), which.account, 'streams', which.stream) : store;
  const to = join(damaged, which?.stream ?? 'store');
  mkdirSync(damaged, { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
  return to;
}

function isWhole([description, checksum]: (string | undefined)[]): boolean {
  if (description === undefined || checksum?.length !== 16) return false;
  try {
    JSON.parse(description);
    return true;
  } catch {
    return false;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
