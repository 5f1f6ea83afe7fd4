import type { GptSovitsConfig } from '../../../../protocol/tts-config.ts';
import type { Draw, SpokenText } from '../../endpoint.ts';

export type GptSovitsVoice = GptSovitsConfig['voices'][number];

/** 0: whole. 1: in sentences. 2: while it is made. 3: the same, in pieces of a fixed length: sooner and worse. */
export type StreamingMode = 0 | 1 | 2 | 3;

const saferTemperature = 0.7;
const saferTopK = 5;

const modes = { off: 0, fragments: 1, tokens: 2, fixed: 3 } as const;

export interface ModeChoice {
  streaming: GptSovitsConfig['streaming'];
  /** Whether the server has the modes 2 and 3. */
  tokens: boolean;
  streamed: boolean;
}

/** The mode that was asked for, or the nearest that the server has. */
export function chooseMode({ streaming, tokens, streamed }: ModeChoice): StreamingMode {
  if (!streamed) return 0;
  const wanted = streaming === 'auto' ? 2 : modes[streaming];
  return wanted >= 2 && !tokens ? 1 : wanted;
}

export interface RequestParts {
  config: Pick<GptSovitsConfig, 'topK' | 'topP' | 'temperature' | 'repetitionPenalty'>;
  voice: GptSovitsVoice;
  text: SpokenText;
  draw: Draw;
  mode: StreamingMode;
}

/**
 * The body of `POST /tts`. Languages are in small letters, since the server compares them as they are although it checks them otherwise. The text is
 * not cut: it comes as single sentences. A batch of more than one loses sentences when it is streamed, and 0.3 s of silence would follow each
 * fragment unless told otherwise. Modes 0 and 1 are written as booleans, which servers of any age understand.
 */
export function buildRequest({ config, voice, text, draw, mode }: RequestParts): Record<string, unknown> {
  const { topK, topP, temperature, repetitionPenalty } = config;
  return {
    text: text.text,
    text_lang: voice.textLang.toLowerCase(),
    ref_audio_path: voice.refAudio,
    prompt_text: voice.promptText,
    prompt_lang: voice.promptLang.toLowerCase(),
    text_split_method: 'cut0',
    batch_size: 1,
    fragment_interval: 0.01,
    media_type: 'wav',
    streaming_mode: mode >= 2 ? mode : mode === 1,
    speed_factor: text.speed,
    seed: seedOf(draw),
    top_k: draw.safer ? Math.min(topK, saferTopK) : topK,
    top_p: topP,
    temperature: draw.safer ? Math.min(temperature, saferTemperature) : temperature,
    repetition_penalty: repetitionPenalty,
  };
}

/** Its random numbers take seeds of 32 bits without a sign; -1 would be another one each time. */
function seedOf({ seed }: Draw): number {
  return Math.trunc(seed) >>> 0;
}
