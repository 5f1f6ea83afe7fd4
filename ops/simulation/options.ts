import { parseArgs } from 'node:util';

export interface SimulationRunOptions {
  seeds: number;
  /** The first of them, or the only one. */
  seed: number | undefined;
  /** Each line of the trace, not only the last ones before a violation. */
  verbose: boolean;
  json: boolean;
  help: boolean;
}

const most = 2 ** 31;

/** Reads the command line; throws an Error whose message says what is wrong. */
export function readSimulationOptions(args: string[]): SimulationRunOptions {
  const { values } = parseArgs({
    args,
    strict: true,
    allowPositionals: false,
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      verbose: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return {
    seeds: values.seeds === undefined ? 10_000 : readWhole('--seeds', values.seeds),
    seed: values.seed === undefined ? undefined : readWhole('--seed', values.seed),
    verbose: values.verbose ?? false,
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

function readWhole(name: string, given: string): number {
  const number = given.trim() === '' ? NaN : Number(given);
  if (!Number.isInteger(number) || number < 1 || number >= most)
    throw new Error(`${name} must be a whole number from 1 to ${most - 1}, got "${given}"`);
  return number;
}
