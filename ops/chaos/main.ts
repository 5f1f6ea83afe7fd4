import { exitCodes } from '../../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { folder } from '../operator.ts';
import { drawPlan } from './draw-plan.ts';
import { faults } from './faults.ts';
import { openRunHome } from './home.ts';
import { judge } from './judge.ts';
import type { RunOptions } from './options.ts';
import { drawSeed, readRunOptions } from './options.ts';
import { chaosReport, formatReport } from './report.ts';
import { runPlan } from './run-plan.ts';
import { runShow } from './run-show.ts';
import type { Show } from './show.ts';

const usage = `npm run chaos [-- --for 60s] [--seed N] [--faults NAMES] [--rooms N] [--pace N] [--home DIR] [--json]

Starts a show of its own in lively simulated rooms, hurts it again and again, and judges from independent evidence (the rooms' own
logs, the ledger, the recording) whether the promises were kept. Exit code 1: one was broken; the home folder then stays.

  --for TIME      how long (default 60s)
  --seed N        the same faults in the same order at the same times; without it another each time
  --faults NAMES  only these, comma-separated:
${Object.entries(faults)
  .map(([name, { does }]) => `                  ${name.padEnd(14)} ${does}`)
  .join('\n')}
  --rooms N       simulated rooms (default 1)
  --pace N        how lively they are (default 3)
  --home DIR      an empty folder for the show, which is kept (default: a temporary one)
  --json          only the JSON object that is otherwise the last line

Ctrl-C ends it early, and what was seen until then is judged; a second one ends it at once.`;

/** Today a fault on the sound costs a restart; the promise itself is 3 s. */
const limits = { silenceMs: 5_000 };

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readRunOptions(process.argv.slice(2), folder, {
      forMs: 60_000,
      seed: drawSeed(),
      pace: 3,
    });
    if (options.help) {
      console.log(usage);
      return exitCodes.clean;
    }
    const unknown = options.faults.filter((name) => !(name in faults));
    if (unknown.length > 0)
      throw new Error(
        `There is no fault "${unknown.join('", "')}"; there are ${Object.keys(faults).join(', ')}`,
      );
    return await run(options);
  } catch (error) {
    console.error(describeFailure(toFailure(error)));
    return exitCodes.failed;
  }
}

async function run({
  forMs,
  seed,
  pace,
  rooms,
  home: given,
  faults: only,
  json,
}: RunOptions): Promise<number> {
  const say = (line: string) => {
    if (!json) console.log(line);
  };
  using home = openRunHome(given);
  let show: Show | undefined;
  using stop = openStopSignals(() => {
    show?.kill();
    home[Symbol.dispose]();
    process.exit(exitCodes.failed);
  });
  const plan = drawPlan({ seed, durationMs: forMs, faults: only.length > 0 ? only : Object.keys(faults) });
  say(`seed ${seed}: ${plan.length} faults in ${forMs / 1_000} s, home ${home.folder}`);
  const evidence = await runShow({
    home: home.folder,
    seed,
    pace,
    rooms,
    signal: stop.signal,
    say,
    onStart: (started) => (show = started),
    during: async (running, noteAcks) =>
      await runPlan({
        plan,
        faults,
        show: running,
        durationMs: forMs,
        noteAcks,
        signal: stop.signal,
        onInjury: ({ fault, victim, atMs, recoveryMs }) =>
          say(
            `${clock(atMs)} ${fault} on ${victim}: ${recoveryMs === null ? 'NOT HEALED' : `healed after ${recoveryMs} ms`}`,
          ),
        onSkipped: (fault, reason) => say(`${fault} left out: ${reason}`),
      }),
  });
  const broken = judge(evidence, limits);
  const report = chaosReport(evidence, { seed, seconds: forMs / 1_000, broken });
  if (broken.length > 0) home.keep();
  say(formatReport(report));
  if (broken.length > 0) say(`what it left is in ${home.folder}`);
  console.log(JSON.stringify(report));
  return broken.length === 0 ? exitCodes.clean : exitCodes.failed;
}

function clock(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}
