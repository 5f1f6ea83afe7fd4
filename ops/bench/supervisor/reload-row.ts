import { readFileSync, writeFileSync } from 'node:fs';
import type { ReloadState } from '../../../protocol/ipc.ts';
import { delay } from '../../../workers/delay.ts';
import { longestSilence } from '../../chaos/longest-silence.ts';
import { recordedSound } from '../../chaos/recorded-sound.ts';
import type { Figure } from '../report.ts';
import type { Stage } from './stage.ts';
import { restartsOf, untilWhole, wallNow } from './stage.ts';
import { unplannedEnds } from './supervisor-log.ts';

/** Preparing, switching and probation together. */
const patienceMs = 150_000;
const usualMs = 10_000;
/** Until what was heard last is in the file. */
const writtenMs = 1_000;
const noVoice = 'no-such-voice';

/** A new configuration while on air, and one that cannot work. */
export async function measureReload(stage: Stage): Promise<Figure[]> {
  const { show, signal, broke } = stage;
  await untilWhole(stage);
  const file = show.state?.configFile ?? '';
  const original = readFileSync(file, 'utf8');
  const usualFrom = Date.now();
  await delay(usualMs, signal);
  const usual = silenceOf(stage, usualFrom, Date.now() - writtenMs);
  try {
    const good = await reload(stage, file, changeTts(original, { speed: 1.5 }));
    if (good.state?.phase !== 'done')
      broke(`a good configuration was not brought in: ${describe(good.state)}`);
    await untilWhole(stage);
    const bad = await reload(stage, file, changeTts(original, { speed: 1.5, voice: noVoice }));
    if (bad.state?.phase !== 'rolled-back')
      broke(`a configuration with a voice that does not exist was not rolled back: ${describe(bad.state)}`);
    await untilWhole(stage);
    for (const [what, { ends }] of [
      ['good', good],
      ['bad', bad],
    ] as const)
      if (ends.length > 0) broke(`a ${what} configuration ended who was at work: ${ends.join(', ')}`);
    return [
      { what: 'rolling reload, all in all', value: good.tookMs / 1_000, unit: 's' },
      { what: 'longest silence as usual', value: usual, unit: 'ms' },
      {
        what: 'longest silence over a rolling reload, beyond the usual',
        value: Math.max(0, good.silenceMs - usual),
        unit: 'ms',
        goal: 250,
      },
      { what: 'rolling back a configuration that cannot work', value: bad.tookMs / 1_000, unit: 's' },
      {
        what: 'longest silence over a rolling back, beyond the usual',
        value: Math.max(0, bad.silenceMs - usual),
        unit: 'ms',
        goal: 250,
      },
      {
        what: 'who was at work and ended over both',
        value: good.ends.length + bad.ends.length,
        unit: '',
        goal: 0,
      },
    ];
  } finally {
    writeFileSync(file, original);
  }
}

interface Reloaded {
  state: ReloadState | undefined;
  tookMs: number;
  silenceMs: number;
  ends: string[];
}

async function reload(stage: Stage, file: string, text: string): Promise<Reloaded> {
  const { show, log, signal } = stage;
  const restarts = restartsOf(stage);
  const working = new Set(show.state?.children.filter(({ spare }) => !spare).map(({ id }) => id));
  const at = Math.floor(wallNow());
  writeFileSync(file, text);
  stage.harmed('configuration');
  process.kill(show.pid, 'SIGHUP');
  let state: ReloadState | undefined;
  const isOver = () => {
    const now = show.state?.reload;
    state = now && now.at >= at ? now : undefined;
    return state !== undefined && ['done', 'rolled-back', 'refused'].includes(state.phase);
  };
  await show.until(isOver, { withinMs: patienceMs, signal });
  signal.throwIfAborted();
  const tookMs = wallNow() - at;
  stage.say(`reload: ${describe(state)} after ${(tookMs / 1_000).toFixed(1)} s`);
  await delay(writtenMs, signal);
  // A new child that refuses its configuration ends, as it shall; who was at work must not.
  const ends = unplannedEnds(log.since(at), restarts).filter((end) =>
    working.has(end.split(':', 1)[0] ?? ''),
  );
  return { state, tookMs, silenceMs: silenceOf(stage, at, Date.now() - writtenMs), ends };
}

function describe(state: ReloadState | undefined): string {
  return state ? `${state.phase}${state.reason && ` (${state.reason})`}` : 'nothing happened';
}

function changeTts(text: string, change: object): string {
  const config = JSON.parse(text) as { tts: object };
  return JSON.stringify({ ...config, tts: { ...config.tts, ...change } }, null, 2);
}

function silenceOf({ show: { home }, room }: Stage, fromMs: number, toMs: number): number {
  return longestSilence(recordedSound(home, room), { fromMs, toMs }).longestMs;
}
