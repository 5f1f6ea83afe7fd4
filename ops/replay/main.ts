import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { readDuration } from '../../supervisor/options.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { delay } from '../../workers/delay.ts';
import { folder, homeFolder, project, runningState } from '../operator.ts';
import { runCommand } from '../run-command.ts';
import { exportRecording } from './export.ts';
import type { Survey } from './survey.ts';
import { surveyRecording } from './survey.ts';
import { configurationFile, nextTake } from './take.ts';

const usage = `npm run replay -- FILE [--speed N] [--room ID] [--home DIR] [--skip-silence TIME] [--loop] [--of TYPE]
npm run replay -- export FILE --out FILE [--pseudonymise]

Starts a host, as the demonstration is one, on a recording: what was recorded goes through everything that it would go through on the air.
FILE is a recording or a folder of them; docs/recordings.md tells the forms. It ends some seconds after the recording.

  --speed N            how much faster than it was recorded (default 1)
  --room ID            name of the room (default replay)
  --home DIR           where everything is kept (default: var/replay)
  --skip-silence TIME  shorten pauses to so much
  --loop               begin again at the end, until Ctrl-C
  --of TYPE            source that was recorded, for files that do not say it (default douyin)

export writes the same messages in onair's own form. --pseudonymise: with other names and ids for viewers, and without avatars and whatever
else is not read.`;

/** For what is still to be said about the last message. */
const afterMs = 15_000;
const tellEveryMs = 10_000;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      speed: { type: 'string', default: '1' },
      room: { type: 'string', default: 'replay' },
      home: { type: 'string' },
      'skip-silence': { type: 'string' },
      loop: { type: 'boolean', default: false },
      of: { type: 'string', default: 'douyin' },
      out: { type: 'string' },
      pseudonymise: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const isExport = positionals[0] === 'export' && positionals.length === 2;
  const given = isExport ? positionals[1] : positionals[0];
  if (given === undefined || (!isExport && positionals.length !== 1))
    throw new Error(`Name one recording; npm run replay -- --help tells how`);
  const file = resolve(folder, given);
  const skipSilenceMs = values['skip-silence'] === undefined ? 0 : readDuration(values['skip-silence']);
  const survey = await surveyRecording(file, { of: values.of, skipSilenceMs });
  describe(survey).forEach((line) => console.log(line));
  if (isExport) return await runExport(file, survey, values);
  const speed = Number(values.speed);
  if (!(speed >= 0.01 && speed <= 1_000))
    throw new Error(`--speed must be a number from 0.01 to 1000, got "${values.speed}"`);
  const home = values.home === undefined ? join(homeFolder(undefined), 'replay') : homeFolder(values.home);
  const { room, loop, of } = values;
  // What was played in this home is known there; another take is not.
  const take = nextTake(home);
  const source = { type: 'recording', file, of, speed, loop, skipSilenceMs, take };
  const config = { rooms: [{ id: room, source }], tts: { speed: 1.4 }, audio: { record: true } };
  return await runHost({ home, config, playMs: loop ? Infinity : survey.playMs / speed });
}

async function runExport(
  file: string,
  survey: Survey,
  { out, pseudonymise }: { out?: string | undefined; pseudonymise: boolean },
): Promise<number> {
  if (out === undefined) throw new Error('Say with --out where the recording shall be written');
  const to = resolve(folder, out);
  if (to === file) throw new Error('--out must be another file than the recording itself');
  const { written, leftOut } = await exportRecording(file, to, survey, { pseudonymise });
  console.log(`${written} messages written to ${to}, ${leftOut} left out as damaged or empty`);
  return exitCodes.clean;
}

function describe({ source, messages, bytes, durationMs, damaged, damages }: Survey): string[] {
  const size = (bytes / 1_048_576).toFixed(1);
  const rest = damaged - damages.length;
  return [
    `recording of ${source}: ${messages} messages, ${size} MB, ${(durationMs / 1_000).toFixed(0)} s`,
    ...damages.map((text) => `  damaged: ${text}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

/** A supervisor with this configuration until the recording is over, or it is stopped. */
async function runHost(options: { home: string; config: object; playMs: number }): Promise<number> {
  const { home, config, playMs } = options;
  mkdirSync(home, { recursive: true });
  const file = configurationFile(home);
  writeFileSync(file, JSON.stringify(config));
  using stop = openStopSignals();
  const main = join(project, 'supervisor', 'main.ts');
  // In a group of its own: a key in the terminal reaches it once, through this process.
  const child = spawn(process.execPath, [main, '--config', file, '--home', home], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const over = new AbortController();
  const signal = AbortSignal.any([stop.signal, over.signal]);
  void ended.then(() => over.abort());
  stop.onSecond = () => void child.kill('SIGINT');
  await follow({ home, playMs, signal });
  child.kill('SIGTERM');
  const [code] = await ended;
  return code ?? exitCodes.failed;
}

/** Tells how far it must be, from the moment on which the host is on the air. */
async function follow(options: { home: string; playMs: number; signal: AbortSignal }): Promise<void> {
  const { home, playMs, signal } = options;
  const isOnAir = () => {
    const found = runningState(home);
    return found.running && found.state.state === 'on-air';
  };
  while (!isOnAir()) if (!(await delay(200, signal))) return;
  const startedAt = performance.now();
  for (;;) {
    const playedMs = performance.now() - startedAt;
    if (playedMs > playMs + afterMs) return;
    const part =
      playMs === Infinity ? '' : `, ${Math.min(100, Math.round((playedMs / (playMs + 1)) * 100))} %`;
    console.log(`replay: ${(playedMs / 1_000).toFixed(0)} s${part}`);
    if (!(await delay(Math.min(tellEveryMs, playMs + afterMs - playedMs + 10), signal))) return;
  }
}
