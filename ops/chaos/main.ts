import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { folder } from '../operator.ts';
import { drawPlan } from './draw-plan.ts';
import { faults } from './faults.ts';
import type { RunHome } from './home.ts';
import { openRunHome } from './home.ts';
import { judge, judgePromises } from './judge.ts';
import type { RunOptions } from './options.ts';
import { drawSeed, readRunOptions } from './options.ts';
import { chaosReport, formatReport } from './report.ts';
import { readRoomAddress } from './room-address.ts';
import type { Injury } from './run-plan.ts';
import { runPlan } from './run-plan.ts';
import { runShow } from './run-show.ts';
import { sabotageEnvironment } from './sabotage-environment.ts';
import { roomName } from './show-config.ts';
import type { Show } from './show.ts';
import { SmallDisk, canMountDisk } from './small-disk.ts';
import { TcpProxy } from './tcp-proxy.ts';
import type { Usage } from './usage-log.ts';
import { watchSupervisor } from './usage-watch.ts';

const usage = `npm run chaos [-- --for 60s] [--seed N] [--faults NAMES] [--rooms N] [--pace N] [--home DIR] [--json]

Starts a show of its own in lively simulated rooms, hurts it again and again, and judges from independent evidence (the rooms' own
logs, the ledger, the recording) whether the promises were kept. Exit code 1: one was broken; the home folder then stays.

  --for TIME      how long (default 60s)
  --seed N        the same faults in the same order at the same times; without it another each time
  --faults NAMES  only these, comma-separated:
${Object.entries(faults)
  .map(([name, { does }]) => `                  ${name.padEnd(20)} ${does}`)
  .join('\n')}
  --rooms N       simulated rooms (default 1)
  --pace N        how lively they are (default 3)
  --home DIR      an empty folder for the show, which is kept (default: a temporary one)
  --json          only the JSON object that is otherwise the last line

Ctrl-C ends it early, and what was seen until then is judged; a second one ends it at once.`;

/** As promised. */
const limits = { silenceMs: 3_000 };
/** A child that hangs at its start is given up sooner than in earnest, so that a run has time for more. */
const readyTimeoutMs = 8_000;
/** Of the disk that is filled: with less, a show is short of disk space from the beginning. */
const diskMb = { base: 1_500, perRoom: 128 };

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

async function run(options: RunOptions): Promise<number> {
  const { forMs, seed, pace, rooms, home: given, json } = options;
  const say = (line: string) => {
    if (!json) console.log(line);
  };
  const names = options.faults.length > 0 ? options.faults : Object.keys(faults);
  using home = openRunHome(given);
  using disk = names.includes('fill-disk') ? openSmallDisk(home, rooms, say) : undefined;
  let show: Show | undefined;
  using stop = openStopSignals(() => {
    show?.kill();
    disk?.[Symbol.dispose]();
    home[Symbol.dispose]();
    process.exit(exitCodes.failed);
  });
  const orders = join(home.folder, 'chaos');
  mkdirSync(orders);
  await using proxies = new AsyncDisposableStack();
  const proxyOf = new Map<string, TcpProxy>();
  for (let index = 0; index < rooms; index++) {
    const room = roomName(index);
    const proxy = await TcpProxy.open({ target: () => readRoomAddress(home.folder, room) });
    proxyOf.set(room, proxies.use(proxy));
  }
  const candidates = names.flatMap((name) => (faults[name] ? { ...faults[name], name } : []));
  const plan = drawPlan({ seed, durationMs: forMs, faults: candidates });
  say(`seed ${seed}: at most ${plan.length} faults in ${forMs / 1_000} s, home ${home.folder}`);
  let supervisor: Usage | undefined;
  const evidence = await runShow({
    home: home.folder,
    seed,
    pace,
    rooms,
    signal: stop.signal,
    say,
    environment: sabotageEnvironment(orders),
    addresses: new Map([...proxyOf].map(([room, { port }]) => [room, `127.0.0.1:${port}`])),
    supervisor: { readyTimeoutMs },
    onStart: (started) => (show = started),
    async during(running, noteAcks) {
      const over = new AbortController();
      const usage = watchSupervisor(running, over.signal);
      try {
        return await runPlan({
          plan,
          faults,
          scene: { show: running, noteAcks, orders, proxies: proxyOf, disk, signal: stop.signal },
          durationMs: forMs,
          onInjury: (injury) => say(describeInjury(injury)),
          onSkipped: (fault, reason) => say(`${fault} left out: ${reason}`),
        });
      } finally {
        over.abort();
        supervisor = await usage;
      }
    },
  });
  const verdict = judgePromises(evidence, limits);
  const broken = judge(evidence, limits);
  const report = chaosReport(evidence, { seed, seconds: forMs / 1_000, broken, supervisor });
  if (broken.length > 0) home.keep();
  say(formatReport(report, verdict));
  if (broken.length > 0) say(`what it left is in ${home.folder}`);
  console.log(JSON.stringify(report));
  return broken.length === 0 ? exitCodes.clean : exitCodes.failed;
}

/** For the home of a show with so many rooms, whose sound of a run is on it too; undefined, and said, where it cannot be had. */
function openSmallDisk(home: RunHome, rooms: number, say: (line: string) => void): SmallDisk | undefined {
  const sizeMb = diskMb.base + diskMb.perRoom * rooms;
  if (!canMountDisk(sizeMb)) {
    say(
      'fill-disk will be left out: a disk of its own for the home folder needs Linux, root, and free memory',
    );
    return undefined;
  }
  try {
    return new SmallDisk({ folder: home.folder, sizeMb, isKept: () => home.isKept() });
  } catch (error) {
    // Root in a container need not have the right.
    say(`fill-disk will be left out: ${describeFailure(toFailure(error))}`);
    return undefined;
  }
}

function describeInjury({
  fault,
  victim,
  atMs,
  detectionMs,
  recoveryMs,
  falseKills,
  figures,
}: Injury): string {
  const seen = detectionMs === null ? '' : `noticed after ${detectionMs} ms, `;
  const { worksAgainMs } = figures;
  const works = worksAgainMs === undefined ? '' : `works again after ${worksAgainMs} ms, `;
  const healed = recoveryMs === null ? 'NOT HEALED' : `healed after ${recoveryMs} ms`;
  const killed = falseKills.length > 0 ? `, KILLED FOR NOTHING: ${falseKills.join(', ')}` : '';
  return `${clock(atMs)} ${fault} on ${victim}: ${seen}${works}${healed}${killed}`;
}

function clock(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}
