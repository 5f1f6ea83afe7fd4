import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../protocol/config.ts';
import { demoConfig } from '../protocol/config.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import type { Problem } from '../protocol/read-config.ts';
import { readConfig, readConfigText } from '../protocol/read-config.ts';
import { lockHome, sweepLeftovers } from './home-lock.ts';
import type { Options } from './options.ts';
import { readOptions, usage } from './options.ts';
import { openStopSignals } from './stop-signals.ts';
import { Supervisor } from './supervisor.ts';

/** With `--for`, a start that takes longer than this is a failure. */
const maxStartMs = 120_000;
const project = resolve(import.meta.dirname, '..');
const say = (line: string) => console.log(line);
process.exitCode = await main();
// Nothing that is still open may hold the end up.
process.exit();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd(), project);
  } catch (error) {
    console.error(`${describeFailure(toFailure(error))}\n\n${usage}`);
    return exitCodes.failed;
  }
  if (options.help) {
    say(usage);
    return exitCodes.clean;
  }
  const read = await readOptionsConfig(options.configFile);
  if (!read.ok) {
    for (const line of read.lines) console.error(line);
    return exitCodes.badConfiguration;
  }
  try {
    return await supervise(options, read.config);
  } catch (error) {
    console.error(describeFailure(toFailure(error)));
    return exitCodes.failed;
  }
}

async function supervise(options: Options, config: Config): Promise<number> {
  const { home, only, forMs, configFile } = options;
  using _lock = lockHome(home);
  const log = pino(
    { base: { child: 'supervisor' } },
    pino.destination({ dest: join(home, 'log', 'supervisor.ndjson'), sync: true, mkdir: true }),
  );
  const swept = await sweepLeftovers(home);
  if (swept > 0) say(`ended ${swept} processes that an earlier supervisor had left behind`);
  say(`onair: ${configFile === '' ? 'demonstration with a simulated room' : configFile}, home ${home}`);

  await using supervisor = new Supervisor({ config, configFile, project, home, only, log, say });
  using stop = openStopSignals(() => {
    say('stopping at once');
    supervisor.kill();
    process.exit(exitCodes.failed);
  });
  const startLimit =
    forMs > 0 ? AbortSignal.any([stop.signal, AbortSignal.timeout(maxStartMs)]) : stop.signal;
  const started = await supervisor.start(startLimit);
  if (started === 'on-air') {
    const seconds = ((Date.now() - supervisor.startedAt.getTime()) / 1_000).toFixed(1);
    say(`on air after ${seconds} s: sound and log files in ${home}, "npm run status" shows more`);
    await stop.wait(forMs);
  }
  say('stopping in order');
  await supervisor.stop();
  say('stopped');
  if (started === 'refused') return exitCodes.badConfiguration;
  return started === 'on-air' || stop.signal.aborted ? exitCodes.clean : exitCodes.failed;
}

async function readOptionsConfig(
  file: string,
): Promise<{ ok: true; config: Config } | { ok: false; lines: string[] }> {
  if (file === '') {
    const demo = readConfig(demoConfig, process.env);
    return demo.ok ? demo : { ok: false, lines: describe('(demonstration)', demo.problems) };
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return { ok: false, lines: [`Cannot read the configuration: ${describeFailure(toFailure(error))}`] };
  }
  const result = readConfigText(text, process.env);
  return result.ok ? result : { ok: false, lines: describe(file, result.problems) };
}

function describe(file: string, problems: Problem[]): string[] {
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
  return [
    `Cannot start: ${count} in ${file}`,
    ...problems.map(({ path, message, line }) => `  ${path}${line > 0 ? ` (line ${line})` : ''}: ${message}`),
  ];
}
