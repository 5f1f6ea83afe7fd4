import type { GptSovitsOldConfig } from '../../../../protocol/tts-config.ts';
import type { Draw, Engine, SpokenText } from '../../endpoint.ts';
import { WavReader } from '../../wav-stream.ts';
import type { EngineParts } from '../engine-parts.ts';
import { endpointName } from '../engine-parts.ts';
import { PlainHttpEndpoint } from '../plain-http-endpoint.ts';
import { VoiceBook } from '../voice-book.ts';
import { warmUpText } from '../warm-up.ts';

type OldVoice = GptSovitsOldConfig['voices'][number];

/** The older api.py of GPT-SoVITS: everything is asked for at `/`, whether it streams is said when it is started, and it takes no seed. */
export function openGptSovitsV1(config: GptSovitsOldConfig, { log, path }: EngineParts): Engine {
  const { id, endpoints } = config;
  const voices = new VoiceBook(id, config.voices, log);
  const open = (address: string) =>
    new PlainHttpEndpoint({
      name: endpointName(id, address, { ofMany: endpoints.length > 1 }),
      address,
      // Like its successor it has one model for all that it is asked.
      slots: 1,
      limits: config,
      buildRequest: (text, { draw }) => ({
        method: 'POST',
        route: '/',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(buildOldRequest(voices.find(text.voice), text, draw)),
      }),
      openReader: () => new WavReader(),
      probe: { method: 'GET', route: '/openapi.json' },
      warmUpText: warmUpText(voices.usual.textLang),
      pathOf: (message) => (/ answered 40[45]\b/.test(message) ? `${path}.type` : `${path}.voices[0]`),
    });
  return {
    id,
    type: config.type,
    endpoints: endpoints.map(open),
    draws: { seeds: false, safer: true, whole: false },
  };
}

/** Without `cut_punc` it does not cut the text, which comes as single sentences. Servers that do not know a parameter pass over it. */
function buildOldRequest(voice: OldVoice, { text, speed }: SpokenText, { safer }: Draw): object {
  return {
    refer_wav_path: voice.refAudio,
    prompt_text: voice.promptText,
    prompt_language: voice.promptLang.toLowerCase(),
    text,
    text_language: voice.textLang.toLowerCase(),
    ...(speed === 1 ? {} : { speed }),
    ...(safer ? { top_k: 5, temperature: 0.7 } : {}),
  };
}
