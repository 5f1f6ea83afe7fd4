import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SourceType } from '../../protocol/sources.ts';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { sourceTypes } from '../../workers/ingest/open-source.ts';
import { folder } from '../operator.ts';
import { runCommand } from '../run-command.ts';
import type { FuzzResult } from './fuzz.ts';
import { fuzz, maxGrowthMb } from './fuzz.ts';

const usage = `npm run fuzz [-- --inputs N] [--seed N] [--source TYPE] [--from N] [--json]

Feeds the decoders of the sources with mutated, truncated, nested and oversized frames. Exit code 1: something was thrown, a whole message
beside a damaged one was lost, or memory grew by more than ${maxGrowthMb} MB. The input that did it is written to a file.

  --inputs N     how many for each source (default 1000000)
  --seed N       decides all of them (default 1)
  --source TYPE  only one of ${sourceTypes.filter((type) => type !== 'recording').join(', ')} (default: all)
  --from N       begin at the Nth input; with --inputs 1, only that one
  --json         only the JSON object that is otherwise the last line

Ctrl-C ends it early, and what was seen until then is judged.`;

const tellEveryMs = 10_000;

await runCommand(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      source: { type: 'string' },
      from: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const { source, json } = values;
  const [inputs, seed, from] = [
    readCount('inputs', values.inputs),
    readCount('seed', values.seed),
    readCount('from', values.from),
  ];
  const chosen = chooseSources(source);
  const say = (line: string) => {
    if (!json) console.log(line);
  };
  using stop = openStopSignals(() => process.exit(exitCodes.failed));
  const results: FuzzResult[] = [];
  const broken: string[] = [];
  say(`seed ${seed}: ${inputs} inputs for each of ${chosen.join(', ')}`);
  for (const type of chosen) {
    let told = performance.now();
    const onProgress = (done: number) => {
      if (performance.now() - told < tellEveryMs) return;
      told = performance.now();
      say(`${type}: ${done} of ${inputs}`);
    };
    const result = await fuzz({ source: type, inputs, seed, from, signal: stop.signal, onProgress });
    results.push(result);
    broken.push(...judge(result, seed));
    say(describe(result));
  }
  say(broken.length === 0 ? 'all promises kept' : broken.map((text) => `BROKEN  ${text}`).join('\n'));
  const plain = results.map(({ failure, ...rest }) =>
    failure ? { ...rest, failedAt: failure.index } : rest,
  );
  console.log(JSON.stringify({ seed, inputs, results: plain, broken }));
  return broken.length === 0 ? exitCodes.clean : exitCodes.failed;
}

/** A recording has no frames of its own. */
function chooseSources(name: string | undefined): SourceType[] {
  const all = sourceTypes.filter((type) => type !== 'recording');
  const chosen = all.filter((type) => name === undefined || type === name);
  if (chosen.length === 0)
    throw new Error(`There is no source "${name}" with frames; there are ${all.join(', ')}`);
  return chosen;
}

function judge({ source, failure, rssMb }: FuzzResult, seed: number): string[] {
  const broken: string[] = [];
  if (failure) {
    const file = join(folder, `fuzz-${source}-${seed}-${failure.index}.bin`);
    writeFileSync(file, failure.input);
    const again = `npm run fuzz -- --source ${source} --seed ${seed} --from ${failure.index} --inputs 1`;
    broken.push(`input ${failure.index} (${failure.how}), kept in ${file}: ${failure.text}; again: ${again}`);
  }
  const growth = rssMb.most - rssMb.early;
  if (growth > maxGrowthMb) broken.push(`${source}: memory grew by ${growth} MB`);
  return broken;
}

function describe({ source, done, observations, sorts, rssMb, slowestMs, perSecond }: FuzzResult): string {
  const kinds = Object.entries(sorts).map(([how, count]) => `${count} ${how}`);
  return [
    `${source}: ${done} inputs (${kinds.join(', ')}), ${Math.round(perSecond)}/s, slowest ${slowestMs.toFixed(1)} ms`,
    `  ${observations} observations came out; memory ${rssMb.early} MB after the first tenth, at most ${rssMb.most}, ${rssMb.end} at the end`,
  ].join('\n');
}

function readCount(name: string, text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, got "${text}"`);
}
