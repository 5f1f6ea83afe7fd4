import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Config } from '../protocol/config.ts';
import { addedRoomsFolder } from './added-rooms-folder.ts';

/** A configuration as it was read, and all that it depends on. */
interface Kept {
  /** Of everything that was known before it was read. */
  inputs: string;
  /** The files that it names, which were looked at too, and when they were touched: some are recordings, too large to be read again. */
  files: [file: string, touched: string][];
  config: Config;
}

const project = join(import.meta.dirname, '..');

/**
 * A digest of all that decides what a configuration says, its code included, but the environment. Undefined when that cannot be told.
 */
export function digestInputs(configFile: string, home: string): string | undefined {
  try {
    const hash = createHash('sha256').update(process.version);
    for (const folder of ['protocol', 'supervisor']) hash.update(describeCode(join(project, folder)));
    hash.update(describe(join(project, 'node_modules', '.package-lock.json')));
    for (const file of [configFile, ...addedRoomFiles(home)].filter(Boolean)) {
      // What comes through a pipe can be read once.
      if (!statSync(file).isFile()) return undefined;
      const bytes = readFileSync(file);
      hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

/** What was kept for these inputs; undefined when there is nothing that is still so. */
export function readKeptConfig(configFile: string, home: string): Config | undefined {
  try {
    const kept = deserialize(readFileSync(keptFile(configFile, home))) as Kept;
    if (kept.inputs !== digestInputs(configFile, home)) return undefined;
    return kept.files.every(([file, touched]) => describe(file) === touched) ? kept.config : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps a good configuration for the next start, and forgets the one before: `reading` is what came of it, with what it rests on, or undefined
 * for what cannot be kept. Only a head start: what fails is not said.
 *
 * @param reading.begunMs when it was begun to be read, in unix milliseconds: a file that was touched since may have been looked at before
 */
export function keepConfig(
  reading: { config: Config; inputs: string; files: string[]; begunMs: number } | undefined,
  configFile: string,
  home: string,
): void {
  const own = ownFile(home);
  try {
    const to = reading ? keptFile(configFile, home) : '';
    forget(own, to);
    // A home folder is made by who has it.
    if (!reading || to === '' || !existsSync(dirname(to))) return;
    const { config, inputs, files, begunMs } = reading;
    if (files.some((file) => statSync(file).ctimeMs >= begunMs)) return forget(own, '');
    const kept: Kept = { inputs, files: files.map((file) => [file, describe(file)]), config };
    const draft = `${to}.${process.pid}`;
    // It may hold what the configuration file holds, which others may not be allowed to read.
    writeFileSync(draft, serialize(kept), { mode: to === own ? 0o600 : 0o644 });
    renameSync(draft, to);
  } catch {
    forget(own, '');
  }
}

/** What an earlier configuration has left, which may be a secret by now, and what was not finished; all but `except`. */
function forget(own: string, except: string): void {
  const folder = dirname(own);
  if (own === '' || !existsSync(folder)) return;
  try {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (file !== except && (file === own || file.startsWith(`${own}.`))) rmSync(file, { force: true });
    }
  } catch {
    // Nor could anything be kept there.
  }
}

/** Empty without a home. */
const ownFile = (home: string): string => (home === '' ? '' : join(home, 'run', 'configuration'));

/** That of the demonstration, which holds nothing of anybody's, lies in the project. */
function keptFile(configFile: string, home: string): string {
  const isDemonstration = configFile === '' && addedRoomFiles(home).length === 0;
  return isDemonstration ? join(project, '.runtime', 'cache', 'demonstration') : ownFile(home);
}

function addedRoomFiles(home: string): string[] {
  const folder = addedRoomsFolder(home);
  if (home === '' || !existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.toSorted().map((name) => join(folder, name));
}

/** When which file was touched. */
function describeCode(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? describeCode(path) : describe(path);
    })
    .join('');
}

/** Also changes with who may read it. Throws when it is not there. */
function describe(file: string): string {
  const { ctimeMs, size } = statSync(file);
  return `${file}\0${ctimeMs}\0${size}\0`;
}
