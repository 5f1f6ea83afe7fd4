import { exitCodes } from '../../protocol/exit-codes.ts';
import { runCommand } from '../run-command.ts';
import type { SimulationRunOptions } from './options.ts';
import { readSimulationOptions } from './options.ts';
import { properties } from './properties.ts';
import { runBatches } from './run-batches.ts';
import type { SimulationResult } from './simulation.ts';
import { simulate } from './simulation.ts';

const usage = `npm run simulate [-- --seeds N] [--seed S] [--verbose] [--json]

The decisions of the supervisor, in virtual time and with simulated processes, under faults that a seed draws.
  --seeds N    how many runs (10000)
  --seed S     this run alone, or, with --seeds, the first one
  --verbose    everything that happens in the run of --seed, not only the end of one that fails
  --json       nothing but the last line

The last line is one JSON object. Exit code 1: a property does not hold.`;

const keptLines = 60;

await runCommand(main);

async function main(): Promise<number> {
  const options = readSimulationOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  return options.seed !== undefined && !process.argv.some((arg) => arg.startsWith('--seeds'))
    ? runOne(options.seed, options)
    : await runMany(options);
}

function runOne(seed: number, { verbose, json }: SimulationRunOptions): number {
  const startedAt = performance.now();
  const result = replay(seed, verbose && !json);
  if (result.violation && !json) sayViolation(result);
  return conclude({ ...result, seeds: 1, failures: result.violation ? [result] : [] }, startedAt);
}

async function runMany({ seeds, seed = 1, json }: SimulationRunOptions): Promise<number> {
  const startedAt = performance.now();
  const everySeeds = Math.max(1_000, Math.ceil(seeds / 10));
  let saidAt = 0;
  const result = await runBatches({
    first: seed,
    seeds,
    onProgress: (done) => {
      if (json || done - saidAt < everySeeds) return;
      saidAt = done;
      console.log(`${done} of ${seeds} seeds`);
    },
  });
  if (!json) for (const failure of result.failures.slice(0, 3)) explain(failure);
  return conclude(result, startedAt);
}

/** A run that failed once more, since the first time nobody took notes. */
function explain(failure: SimulationResult): void {
  replay(failure.seed, false);
  sayViolation(failure);
}

function replay(seed: number, verbose: boolean): SimulationResult {
  const lines: string[] = [];
  const result = simulate({
    seed,
    onLine: (line) => {
      if (verbose) console.log(line);
      else if (lines.push(line) > 2 * keptLines) lines.splice(0, keptLines);
    },
  });
  if (result.violation && !verbose) console.log(lines.slice(-keptLines).join('\n'));
  return result;
}

function sayViolation({ seed, violation }: SimulationResult): void {
  if (!violation) return;
  const { property, detail, atMs } = violation;
  console.log(`seed ${seed} at ${(atMs / 1_000).toFixed(3)} s: ${properties[property]}\n  ${detail}`);
  console.log(`  again: npm run simulate -- --seed ${seed} --verbose\n`);
}

interface Sums {
  seeds: number;
  faults: number;
  events: number;
  ms: number;
  failures: SimulationResult[];
}

function conclude({ seeds, faults, events, ms, failures }: Sums, startedAt: number): number {
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const violations = failures.map(({ seed, violation }) => ({ seed, property: violation?.property }));
  console.log(
    JSON.stringify({
      seeds,
      faults,
      events,
      virtualHours: Math.round(ms / 3_600) / 1_000,
      seconds,
      violations,
    }),
  );
  return failures.length === 0 ? exitCodes.clean : exitCodes.failed;
}
