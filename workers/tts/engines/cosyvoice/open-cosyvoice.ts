import type { CosyVoiceConfig } from '../../../../protocol/tts-config.ts';
import type { Engine } from '../../endpoint.ts';
import { PcmReader } from '../../pcm-stream.ts';
import type { EngineParts } from '../engine-parts.ts';
import { endpointName } from '../engine-parts.ts';
import { PlainHttpEndpoint } from '../plain-http-endpoint.ts';
import { VoiceBook } from '../voice-book.ts';
import { warmUpText } from '../warm-up.ts';
import { PromptFiles } from './prompt-files.ts';
import { buildCosyRequest } from './request.ts';

/** The FastAPI server of CosyVoice. It takes no speed and no seed, and does not tell the rate of what it sends. */
export function openCosyVoice(config: CosyVoiceConfig, { log, path, project }: EngineParts): Engine {
  const { id, endpoints, sampleRateHz } = config;
  const voices = new VoiceBook(id, config.voices, log);
  const prompts = new PromptFiles(config.voices, { path, project });
  const open = (address: string) =>
    new PlainHttpEndpoint({
      name: endpointName(id, address, { ofMany: endpoints.length > 1 }),
      address,
      slots: config.slots,
      limits: config,
      prepare: async () => await prompts.read(),
      buildRequest: ({ text, voice }) => {
        const spoken = voices.find(voice);
        return buildCosyRequest(spoken, text, prompts.of(spoken));
      },
      openReader: () => new PcmReader(sampleRateHz),
      // Its routes are for POST alone; this one FastAPI adds.
      probe: { method: 'GET', route: '/openapi.json' },
      warmUpText: warmUpText('zh'),
      pathOf: (message) => (/ answered 40[45]\b/.test(message) ? `${path}.endpoints` : `${path}.voices[0]`),
    });
  return {
    id,
    type: config.type,
    endpoints: endpoints.map(open),
    draws: { seeds: false, safer: false, whole: false },
  };
}
