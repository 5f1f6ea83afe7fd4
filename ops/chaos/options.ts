import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readDuration } from '../../supervisor/options.ts';

/** What both a chaos run and a soak are told. */
export interface RunOptions {
  forMs: number;
  seed: number;
  /** How lively the simulated rooms are. */
  pace: number;
  rooms: number;
  /** Absolute; empty: a temporary folder that is removed afterwards. */
  home: string;
  /** Names of faults to choose from; empty: all. */
  faults: string[];
  json: boolean;
  help: boolean;
}

export interface RunDefaults {
  forMs: number;
  seed: number;
  pace: number;
}

const maxSeed = 2 ** 32 - 1;

/** Reads the command line; throws an Error whose message says what is wrong. Paths are relative to `folder`. */
export function readRunOptions(args: string[], folder: string, defaults: RunDefaults): RunOptions {
  const { values } = parseArgs({
    args,
    strict: true,
    allowPositionals: false,
    options: {
      for: { type: 'string' },
      seed: { type: 'string' },
      pace: { type: 'string' },
      rooms: { type: 'string' },
      home: { type: 'string' },
      faults: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return {
    forMs: values.for === undefined ? defaults.forMs : readDuration(values.for),
    seed: readNumber('--seed', values.seed, { fallback: defaults.seed, min: 0, max: maxSeed, whole: true }),
    pace: readNumber('--pace', values.pace, { fallback: defaults.pace, min: 0.1, max: 100, whole: false }),
    rooms: readNumber('--rooms', values.rooms, { fallback: 1, min: 1, max: 20, whole: true }),
    home: values.home === undefined ? '' : resolve(folder, values.home),
    faults: (values.faults ?? '').split(',').flatMap((name) => name.trim() || []),
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

/** A seed for a run that was given none; it is printed, so that the run can be had again. */
export function drawSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

function readNumber(
  name: string,
  given: string | undefined,
  { fallback, min, max, whole }: { fallback: number; min: number; max: number; whole: boolean },
): number {
  if (given === undefined) return fallback;
  const number = given.trim() === '' ? NaN : Number(given);
  if (!(number >= min && number <= max) || (whole && !Number.isInteger(number))) {
    throw new Error(`${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, got "${given}"`);
  }
  return number;
}
