import { join, resolve } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../protocol/config.ts';
import { ConfigurationError } from '../protocol/configuration-error.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import { describeProblems } from './describe-problems.ts';
import { keepReserve, makeRoomToStart } from './disk-reserve.ts';
import { lockHome, sweepLeftovers } from './home-lock.ts';
import { readLastRun } from './last-run.ts';
import { loadConfigApart } from './load-config-apart.ts';
import { LogFile } from './log-file.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Options } from './options.ts';
import { readOptions, usage } from './options.ts';
import type { StopSignals } from './stop-signals.ts';
import { openStopSignals } from './stop-signals.ts';
import { hideFromKernel } from './out-of-memory.ts';
import type { ServiceManager } from './service-manager.ts';
import { openServiceManager } from './service-manager.ts';
import type { Supervisor } from './supervisor.ts';

const keepReserveEveryMs = 600_000;
/** With `--for`, a start that takes longer than this is a failure. */
const maxStartMs = 120_000;
const project = resolve(import.meta.dirname, '..');
const say = (line: string) => console.log(line);
const complain = (lines: string[]) => console.error(lines.join('\n'));
// A terminal, a pipe or a log collector that goes away must not end the show.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main();
// Nothing that is still open may hold the end up.
process.exit();

async function main(): Promise<number> {
  using stop = openStopSignals();
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd(), project);
  } catch (error) {
    complain([`${describeFailure(toFailure(error))}\n`, usage]);
    return exitCodes.failed;
  }
  if (options.help) {
    say(usage);
    return exitCodes.clean;
  }
  const loading = loadConfigApart(options.configFile, process.env, options.home);
  // Read by the other core while this one loads the rest.
  const [loaded, program] = await Promise.all([loading, import('./supervisor.ts')]);
  if (!loaded.ok) {
    complain(loaded.lines);
    return exitCodes.badConfiguration;
  }
  try {
    return await supervise(options, loaded.config, stop, program.Supervisor);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      complain(describeProblems(options.configFile || 'the demonstration', error.problems));
      return exitCodes.badConfiguration;
    }
    complain([describeFailure(toFailure(error))]);
    return exitCodes.failed;
  }
}

async function supervise(
  options: Options,
  config: Config,
  stop: StopSignals,
  Program: typeof Supervisor,
): Promise<number> {
  const { home, only, forMs, configFile } = options;
  using lock = lockHome(home);
  const removed = [...lock.removed, ...makeRoomToStart(home)];
  if (removed.length > 0) say(`the disk of ${home} was full: removed ${removed.join(', ')}`);
  using logFile = new LogFile(join(home, 'log', 'supervisor.ndjson'));
  const log = pino({ base: { by: 'supervisor' }, timestamp: pino.stdTimeFunctions.isoTime }, logFile);
  const swept = await sweepLeftovers(home);
  if (swept.length > 0) say(`ended ${swept.length} processes that an earlier supervisor had left behind`);
  const lastRun = await readLastRun(home, swept, Date.now());
  say(`onair: ${configFile === '' ? 'demonstration with a simulated room' : configFile}, home ${home}`);

  await using manager = openServiceManager(process.env, { onProblem: (text) => log.warn(text) });
  hideFromKernel();
  await using supervisor = new Program({
    config,
    configFile,
    project,
    home,
    only,
    lastRun,
    log,
    say: (line) => {
      say(line);
      manager.status(line);
    },
    onTurn: () => manager.watchdog(),
  });
  stop.onSecond = () => {
    say('stopping at once');
    supervisor.kill();
    process.exit(exitCodes.failed);
  };
  stop.onReload = oneAtATime(async () => await reload(supervisor, options, manager));
  const startLimit =
    forMs > 0 ? AbortSignal.any([stop.signal, AbortSignal.timeout(maxStartMs)]) : stop.signal;
  const started = await supervisor.start(startLimit);
  if (started === 'on-air') {
    const seconds = ((Date.now() - supervisor.startedAt.getTime()) / 1_000).toFixed(1);
    say(`on air after ${seconds} s: sound and log files in ${home}, "npm run status" shows more`);
    manager.ready('on air');
    void keepReserve(home);
    // A full disk may have taken it, or had no room for it.
    const keeping = setInterval(() => void keepReserve(home), keepReserveEveryMs);
    await stop.wait(forMs);
    clearInterval(keeping);
  }
  if (started === 'aborted' && !stop.signal.aborted)
    complain([
      `not on air after ${maxStartMs / 1_000} s: what is said above, and the files in ${join(home, 'log')}, tell why`,
    ]);
  manager.stopping();
  say('stopping in order');
  await supervisor.stop();
  say('stopped');
  if (started === 'refused') return exitCodes.badConfiguration;
  return started === 'on-air' || stop.signal.aborted ? exitCodes.clean : exitCodes.failed;
}

/** Reads the configuration anew and brings it in; a wrong one changes nothing. Never throws. */
async function reload(
  supervisor: Supervisor,
  { configFile, home }: Pick<Options, 'configFile' | 'home'>,
  manager: ServiceManager,
): Promise<void> {
  manager.reloading();
  try {
    const loaded = await loadConfigApart(configFile, process.env, home);
    if (loaded.ok) await supervisor.reload(loaded.config);
    else {
      complain(loaded.lines);
      supervisor.refuseReload(loaded.lines.join('\n'));
    }
  } catch (error) {
    const reason = describeFailure(toFailure(error));
    complain([reason]);
    supervisor.refuseReload(reason);
  }
  manager.reloaded();
}
