import { exitCodes } from '../../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { delay } from '../../workers/delay.ts';
import { openRunHome } from '../chaos/home.ts';
import { judge } from '../chaos/judge.ts';
import type { RunOptions } from '../chaos/options.ts';
import { readRunOptions } from '../chaos/options.ts';
import { readProcessFigures } from '../chaos/process-figures.ts';
import { chaosReport, formatTable } from '../chaos/report.ts';
import { runShow } from '../chaos/run-show.ts';
import type { Show } from '../chaos/show.ts';
import { findSink } from '../chaos/sinks.ts';
import type { Usage } from '../chaos/usage-log.ts';
import { UsageLog } from '../chaos/usage-log.ts';
import { folder } from '../operator.ts';

const usage = `npm run soak [-- --for 10m] [--pace N] [--seed N] [--rooms N] [--home DIR] [--json]

Runs a show in lively simulated rooms without hurting it, and watches memory and CPU of each process. Exit code 1: the ledger does not
balance, something was lost, a child was started again, or the room was silent for more than 3 s; the home folder then stays.

  --for TIME  how long (default 10m)
  --pace N    how lively the rooms are (default 3)
  --seed N    decides who says what and when (default 7)
  --rooms N   simulated rooms (default 1)
  --home DIR  an empty folder for the show, which is kept (default: a temporary one)
  --json      only the JSON object that is otherwise the last line

Ctrl-C ends it early, and what was seen until then is judged; a second one ends it at once.`;

const limits = { silenceMs: 3_000 };
const sampleEveryMs = 5_000;
const tellEveryMs = 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readRunOptions(process.argv.slice(2), folder, { forMs: 600_000, seed: 7, pace: 3 });
    if (options.faults.length > 0) throw new Error('--faults is for chaos: a soak hurts nobody');
    if (!options.help) return await run(options);
    console.log(usage);
    return exitCodes.clean;
  } catch (error) {
    console.error(describeFailure(toFailure(error)));
    return exitCodes.failed;
  }
}

async function run({ forMs, seed, pace, rooms, home: given, json }: RunOptions): Promise<number> {
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
  say(`seed ${seed}: ${forMs / 1_000} s at pace ${pace}, home ${home.folder}`);
  const log = new UsageLog();
  const restarts: string[] = [];
  let ranMs = 0;
  const evidence = await runShow({
    home: home.folder,
    seed,
    pace,
    rooms,
    signal: stop.signal,
    say,
    onStart: (started) => (show = started),
    during: async (running) => {
      await watch(running, { log, forMs, signal: stop.signal, say });
      ranMs = Date.now() - running.onAirAt;
      restarts.push(...restartsOf(running));
      return [];
    },
  });
  const broken = [...judge(evidence, limits), ...restarts];
  const { ledger, delivered, gifts, missing, extra, longestSilenceMs } = chaosReport(evidence, {
    seed,
    seconds: Math.round(ranMs / 1_000),
    broken,
  });
  const processes = log.usages(ranMs);
  if (broken.length > 0) home.keep();
  say(
    [
      ...formatUsages(processes),
      '',
      `delivered ${delivered} messages and ${gifts} gifts: ${missing} missing, ${extra} too much`,
      `ledger: ${ledger.events} events in, ${ledger.outcomes} outcomes out, ${ledger.open} open, ${ledger.lost} lost, ${ledger.twice} twice`,
      `longest silence while on air: ${(longestSilenceMs / 1_000).toFixed(2)} s`,
      ...(broken.length === 0 ? ['all promises kept'] : broken.map((reason) => `BROKEN  ${reason}`)),
      ...(broken.length === 0 ? [] : [`what it left is in ${home.folder}`]),
    ].join('\n'),
  );
  const seconds = Math.round(ranMs / 1_000);
  console.log(
    JSON.stringify({
      seed,
      pace,
      seconds,
      processes,
      ledger,
      delivered,
      gifts,
      missing,
      extra,
      longestSilenceMs,
      broken,
    }),
  );
  return broken.length === 0 ? exitCodes.clean : exitCodes.failed;
}

interface WatchOptions {
  log: UsageLog;
  forMs: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Samples every process each 5 s and says a line each minute, until the time is over. */
async function watch(show: Show, { log, forMs, signal, say }: WatchOptions): Promise<void> {
  const sinceOnAir = () => Date.now() - show.onAirAt;
  let told = 0;
  while (!signal.aborted && !show.exit) {
    const atMs = sinceOnAir();
    for (const { name, pid } of processesOf(show)) {
      const figures = readProcessFigures(pid);
      if (figures) log.add(name, pid, figures, atMs);
    }
    if (atMs >= (told + 1) * tellEveryMs) say(describe(++told, show, log));
    if (atMs >= forMs) return;
    await delay(Math.min(sampleEveryMs, forMs - atMs), signal);
  }
}

/** The supervisor, its children, the bus, and the programs that write the sound. */
function processesOf(show: Show): { name: string; pid: number }[] {
  const { state } = show;
  return [
    { name: 'supervisor', pid: show.pid },
    { name: 'nats-server', pid: state?.nats.pid ?? 0 },
    ...(state?.children ?? []).map(({ id, pid }) => ({ name: id, pid })),
    ...show.rooms.map((room) => ({ name: `sink of ${room}`, pid: findSink(show, room) })),
  ];
}

function describe(minutes: number, show: Show, log: UsageLog): string {
  const latest = log.latest();
  const sum = (read: (process: (typeof latest)[number]) => number) =>
    latest.reduce((total, process) => total + read(process), 0).toFixed(0);
  const largest = latest.map(({ name, rssMb }) => `${name} ${rssMb.toFixed(0)}`).join(', ');
  const restarts = restartsOf(show).length;
  return `${minutes} min: CPU ${sum(({ cpuPct }) => cpuPct)} %, memory ${sum(({ rssMb }) => rssMb)} MB (${largest}), ${restarts} restarts`;
}

function restartsOf(show: Show): string[] {
  const { state } = show;
  const again = (name: string, count: number, why: string) =>
    count > 0 ? [`${name} was started again ${count} times${why && ` (${why})`}`] : [];
  return [
    ...again('nats-server', state?.nats.restarts ?? 0, ''),
    ...(state?.children ?? []).flatMap(({ id, restarts, lastReason }) => again(id, restarts, lastReason)),
  ];
}

function formatUsages(usages: Usage[]): string[] {
  const rows = usages.map(({ name, startMb, endMb, slopeMbPerHour, cpuPct }) => [
    name,
    startMb.toFixed(1),
    endMb.toFixed(1),
    slopeMbPerHour.toFixed(1),
    cpuPct.toFixed(1),
  ]);
  return formatTable(['process', 'MB at start', 'MB at end', 'MB/hour', 'CPU %'], rows);
}
