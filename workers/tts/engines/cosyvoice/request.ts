import { File } from 'node:buffer';
import type { CosyVoiceConfig } from '../../../../protocol/tts-config.ts';
import { loadUndici } from '../../../load-undici.ts';
import type { LinkRequest } from '../../http/http-link.ts';

export type CosyVoice = CosyVoiceConfig['voices'][number];

/** The fields that each way of speaking takes, beside the text. */
const fieldsOf = {
  sft: { route: '/inference_sft', speaker: true, prompt: false, promptText: false, instruction: false },
  'zero-shot': {
    route: '/inference_zero_shot',
    speaker: false,
    prompt: true,
    promptText: true,
    instruction: false,
  },
  'cross-lingual': {
    route: '/inference_cross_lingual',
    speaker: false,
    prompt: true,
    promptText: false,
    instruction: false,
  },
  instruct: {
    route: '/inference_instruct',
    speaker: true,
    prompt: false,
    promptText: false,
    instruction: true,
  },
  instruct2: {
    route: '/inference_instruct2',
    speaker: false,
    prompt: true,
    promptText: false,
    instruction: true,
  },
} as const;

/** Whether a voice speaks like a sound that is sent along. */
export function needsPrompt({ mode }: CosyVoice): boolean {
  return fieldsOf[mode].prompt;
}

export function buildCosyRequest(voice: CosyVoice, text: string, prompt: Uint8Array): LinkRequest {
  const fields = fieldsOf[voice.mode];
  const { FormData } = loadUndici();
  const form = new FormData();
  form.append('tts_text', text);
  if (fields.speaker) form.append('spk_id', voice.speaker);
  if (fields.promptText) form.append('prompt_text', voice.promptText);
  if (fields.instruction) form.append('instruct_text', voice.instruction);
  if (fields.prompt)
    form.append('prompt_wav', new File([Buffer.from(prompt)], 'prompt.wav', { type: 'audio/wav' }));
  return { method: 'POST', route: fields.route, body: form };
}
