import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readState } from '../../supervisor/state-file.ts';
import { folder } from '../operator.ts';
import type { ConfigurationRecord } from './archive.ts';

/** Far larger than any configuration. */
const maxBytes = 1_000_000;

/**
 * The configuration file that belongs to a home: the one given, else the one that the supervisor's state names. Undefined when none
 * is known, as in the demonstration. A given one that cannot be read is an error; `say` tells of a named one that has gone.
 */
export async function findConfiguration(
  home: string,
  given: string | undefined,
  say: (line: string) => void,
): Promise<ConfigurationRecord | undefined> {
  if (given !== undefined) return await read(resolve(folder, given));
  const named = readState(home)?.configFile ?? '';
  if (named === '') return undefined;
  try {
    return await read(named);
  } catch (error) {
    say(`without the configuration: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function read(file: string): Promise<ConfigurationRecord> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`Cannot read the configuration ${file}`, { cause });
  });
  if (Buffer.byteLength(text) > maxBytes)
    throw new Error(`Cannot take the configuration ${file}: it is too long`);
  return { kind: 'configuration', file, text };
}
