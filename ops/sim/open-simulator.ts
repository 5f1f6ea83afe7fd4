import type { SimulatorConfig } from '../../protocol/simulator-config.ts';
import { openBarrageGrab } from './barrage-grab/server.ts';
import { openBilibiliRoom } from './bilibili-room/server.ts';
import { openCosyVoice } from './cosyvoice/server.ts';
import { DEFAULT_SETTINGS } from './douyin-room/room-settings.ts';
import { openDouyinRoom } from './douyin-room/server.ts';
import { openJsonFeed } from './json-feeds/server.ts';
import { openOldGptSovits } from './gpt-sovits/old-server.ts';
import { openGptSovits } from './gpt-sovits/server.ts';
import { openModel } from './model/server.ts';
import { openOpenAiSpeech } from './openai-speech/server.ts';
import type { SpeechOptions } from './speech/settings.ts';

/** What all simulators are to those who run them. */
export type Simulator = AsyncDisposable & {
  readonly port: number;
  /** Resolves when it ended by itself; rejects when it failed. */
  untilDone(): Promise<void>;
};

export type Place = { readonly port: number; readonly logFile: string };

/** Opens what the configuration describes, at a port (0: a free one), with a log of what it sends. */
export async function openSimulator(simulator: SimulatorConfig, place: Place): Promise<Simulator> {
  switch (simulator.type) {
    case 'douyin-room':
      return await openDouyinRoom({
        ...place,
        webRid: simulator.webRid,
        seed: simulator.seed,
        scenario: simulator.silent ? { type: 'silent' } : { type: 'random', pace: simulator.pace },
        sentLimit: DEFAULT_SETTINGS.sentLimit,
      });
    case 'gpt-sovits': {
      const { version, release, api } = simulator;
      const open = api === 'v1' ? openOldGptSovits : openGptSovits;
      return await open({ ...speechOptions(simulator, place), version, release });
    }
    case 'openai-speech': {
      const { apiKey, sampleRateHz, tellRate } = simulator;
      return await openOpenAiSpeech({ ...speechOptions(simulator, place), apiKey, sampleRateHz, tellRate });
    }
    case 'cosyvoice': {
      const { version, noiseTail } = simulator;
      return await openCosyVoice({ ...speechOptions(simulator, place), version, noiseTail });
    }
    case 'barrage-grab':
      return await openBarrageGrab({ ...simulator, ...place });
    case 'bilibili-room':
      return await openBilibiliRoom({ ...simulator, ...place });
    case 'json-feed':
      return await openJsonFeed({ ...simulator, ...place });
    case 'model': {
      const { seed, apiKey, firstTokenMs, tokenMs, faults } = simulator;
      return await openModel({ ...place, seed, apiKey, firstTokenMs, tokenMs, faults });
    }
  }
}

type SpeechSimulator = Extract<SimulatorConfig, { type: 'gpt-sovits' | 'openai-speech' | 'cosyvoice' }>;

function speechOptions(simulator: SpeechSimulator, place: Place): SpeechOptions {
  const { seed, inferenceMs, inferenceMsPerChar, jitter, firstShare, faults } = simulator;
  return {
    ...place,
    seed,
    inference: { fixedMs: inferenceMs, msPerChar: inferenceMsPerChar, jitter, firstShare },
    faults: { probabilities: faults },
  };
}
