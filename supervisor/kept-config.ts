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
 * A digest of all that decides what a configuration says, its code included. Undefined when that cannot be told: it takes something from the
 * environment, which is not to lie on a disk, or cannot be read.
 */
export function digestInputs(configFile: string, home: string): string | undefined {
  try {
    const hash = createHash('sha256').update(process.version);
    for (const folder of ['protocol', 'supervisor']) hash.update(describeCode(join(project, folder)));
    hash.update(describe(join(project, 'node_modules', '.package-lock.json')));
    for (const file of [configFile, ...addedRoomFiles(home)].filter(Boolean)) {
      const bytes = readFileSync(file);
      if (bytes.includes('${env:')) return undefined;
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

/** Keeps a good configuration for the next start. Only a head start: what fails is not said. */
export function keepConfig(
  config: Config,
  { inputs, files }: { inputs: string; files: string[] },
  configFile: string,
  home: string,
): void {
  const to = keptFile(configFile, home);
  // A home folder is made by who has it.
  if (!existsSync(dirname(to))) return;
  const draft = `${to}.${process.pid}`;
  try {
    const kept: Kept = { inputs, files: files.map((file) => [file, describe(file)]), config };
    // It may hold what the configuration file holds, which others may not be allowed to read.
    writeFileSync(draft, serialize(kept), { mode: 0o600 });
    renameSync(draft, to);
  } catch {
    rmSync(draft, { force: true });
  }
}

/** That of the demonstration, which is everybody's, lies in the project. */
function keptFile(configFile: string, home: string): string {
  const isDemonstration = configFile === '' && addedRoomFiles(home).length === 0;
  return isDemonstration
    ? join(project, '.runtime', 'cache', 'demonstration')
    : join(home, 'run', 'configuration');
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

/** Throws when it is not there. */
function describe(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${file}\0${mtimeMs}\0${size}\0`;
}
