import type { SpeechServer } from '../../../../ops/sim/speech/server.ts';
import type { SpeechFault } from '../../../../protocol/simulated-faults.ts';
import { ask, type Ask, type Heard } from '../speech/raw-client.ts';

export const line = '大家好，欢迎来到直播间。今天的宝贝都在下方，喜欢的可以看看。';

/** What a request needs, in the order in which it is checked. */
export const usual = {
  text: line,
  text_lang: 'zh',
  ref_audio_path: 'voices/anchor.wav',
  prompt_lang: 'zh',
  prompt_text: '这是参考音频里面的一句话。',
  seed: 7,
};

export interface Tts extends Partial<Ask> {
  fault?: SpeechFault;
}

/** A request for POST /tts. */
export function ttsOf(parameters: Record<string, unknown> = {}, { fault, ...options }: Tts = {}): Ask {
  return {
    path: '/tts',
    headers: { 'content-type': 'application/json', ...(fault ? { 'x-sim-fault': fault } : {}) },
    body: JSON.stringify({ ...usual, ...parameters }),
    ...options,
  };
}

/** POST /tts over a connection of its own. */
export async function askTts(
  server: Pick<SpeechServer, 'port'>,
  parameters: Record<string, unknown> = {},
  options: Tts = {},
): Promise<Heard> {
  return await ask(server.port, ttsOf(parameters, options));
}

/** The JSON of an answer. */
export function jsonOf({ body }: Heard): unknown {
  return JSON.parse(body.toString());
}
