import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { lockHome, sweepLeftovers } from '../../supervisor/home-lock.ts';
import type { Filled } from './fill-streams.ts';
import { fillStreams } from './fill-streams.ts';
import { openOwnBus } from './own-bus.ts';
import { openChain } from './read-chain.ts';

export interface RestoreOptions {
  file: string;
  home: string;
  /** Also when the home's streams hold messages; they are kept beside the new ones. */
  force: boolean;
  say: (line: string) => void;
  signal: AbortSignal;
}

export interface Restored extends Filled {
  home: string;
  /** The archives that were read, the full one first. */
  files: string[];
  created: string;
  /** Where the streams are that were there before; empty: nothing was in them. */
  replaced: string;
  /** Where the configuration from the archive is; empty: there was none. */
  configuration: string;
}

/**
 * Puts an archive, with its chain, into a home in which nothing runs. The streams are made in a folder of their own within the home and
 * checked there; only then are they put in place. Whatever fails before, the home's streams stay as they were.
 */
export async function restoreHome(options: RestoreOptions): Promise<Restored> {
  const { file, home, force, say, signal } = options;
  const chain = await openChain(file, signal);
  say(`${chain.head.type} archive of ${chain.head.created}, ${chain.files.length} files, all whole`);
  const isNew = !existsSync(home);
  let done = false;
  try {
    using _lock = lockHome(home);
    await sweepLeftovers(home);
    await sweepTemporary(home);
    const inUse = await holdsMessages(home);
    if (inUse && !force) {
      throw new Error(
        `Cannot restore into ${home}: its streams are not empty. Give another --home, or --force to put them aside`,
      );
    }
    const temporary = await mkdtemp(join(home, temporaryPrefix));
    try {
      const filled = await fill();
      const replaced = await putInPlace(home, temporary, inUse);
      done = true;
      const configuration = await writeConfiguration(home, chain.configuration?.text);
      return { home, files: chain.files, created: chain.head.created, replaced, configuration, ...filled };
    } finally {
      await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
    }

    async function fill(): Promise<Filled> {
      await using bus = await openOwnBus(temporary);
      return await fillStreams(bus.connection, chain, { say, signal });
    }
  } finally {
    // Nothing of ours stays where nothing was.
    if (isNew && !done) await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const temporaryPrefix = 'restoring-';

/** What a restore left behind that was killed. The home is locked: no other is at it. */
async function sweepTemporary(home: string): Promise<void> {
  for (const name of await readdir(home))
    if (name.startsWith(temporaryPrefix)) await rm(join(home, name), { recursive: true, force: true });
}

async function holdsMessages(home: string): Promise<boolean> {
  const entries = await readdir(join(home, 'jetstream'), { recursive: true, withFileTypes: true });
  if (!entries.some((entry) => entry.isFile())) return false;
  await using bus = await openOwnBus(home);
  const manager = await jetstreamManager(bus.connection, { timeout: 10_000 });
  for await (const { state } of manager.streams.list()) if (state.messages > 0) return true;
  return false;
}

/** Two renames within one folder. The old streams go first, and come back when the new ones cannot follow. */
async function putInPlace(home: string, temporary: string, keepOld: boolean): Promise<string> {
  const current = join(home, 'jetstream');
  const old = join(home, `jetstream.replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  await rename(current, old);
  try {
    await rename(join(temporary, 'jetstream'), current);
  } catch (error) {
    await rename(old, current);
    throw error;
  }
  if (keepOld) return old;
  await rm(old, { recursive: true, force: true });
  return '';
}

/** Beside the one in use, which is never overwritten. */
async function writeConfiguration(home: string, text: string | undefined): Promise<string> {
  if (text === undefined) return '';
  const file = join(home, 'restored', 'onair.yaml');
  await mkdir(join(home, 'restored'), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
