import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../../../protocol/config.ts';
import { configSchema } from '../../../protocol/config.ts';
import type { TtsCounters } from '../../../workers/tts/counters.ts';
import { openCounters } from '../../../workers/tts/counters.ts';
import { Studio } from '../../../workers/tts/studio.ts';

export interface OpenedStudio extends AsyncDisposable {
  studio: Studio;
  config: Config;
  counters: TtsCounters;
}

const anyRoom = { id: 'bench', source: { type: 'douyin', webRid: '1' } };

/**
 * What a voice worker opens, warm, in a home folder that goes away with it. `tts` as in a configuration file; nothing is made ahead. It returns
 * once every endpoint is ready; throws when that takes longer than a minute.
 */
export async function openStudio(tts: object, { isWarm = true } = {}): Promise<OpenedStudio> {
  const config = configSchema.parse({ rooms: [anyRoom], tts });
  const home = mkdtempSync(join(tmpdir(), 'onair-bench-'));
  const counters = openCounters({});
  const log = pino({ level: 'silent' });
  const studio = new Studio({ config, home, counters, notice: () => undefined, log });
  const opened: OpenedStudio = {
    studio,
    config,
    counters,
    async [Symbol.asyncDispose]() {
      await studio[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
  try {
    await studio.warmUp(new AbortController().signal);
    studio.startEngines({ isSuccessor: false });
    if (isWarm) await untilReady(studio);
    return opened;
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

const patienceMs = 60_000;

/** Waits until no endpoint is cold or left alone. */
export async function untilReady(studio: Studio): Promise<void> {
  for (const end = performance.now() + patienceMs; ;) {
    const waiting = studio.statistics
      .snapshot()
      .endpoints.filter(({ endpoint, state }) => endpoint !== 'embedded' && state !== 'closed');
    if (waiting.length === 0) return;
    if (performance.now() > end)
      throw new Error(
        `Not ready: ${waiting.map(({ endpoint, state }) => `${endpoint} ${state}`).join(', ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** As a rule asks for it. */
export const requestFor = (text: string, { tts, audio }: Config) => ({
  text,
  voice: '',
  speed: tts.speed,
  loudness: audio.loudness,
});
