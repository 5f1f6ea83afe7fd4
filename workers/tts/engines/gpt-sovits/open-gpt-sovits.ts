import type { GptSovitsConfig } from '../../../../protocol/tts-config.ts';
import type { Engine } from '../../endpoint.ts';
import type { EngineParts } from '../engine-parts.ts';
import { endpointName } from '../engine-parts.ts';
import { VoiceBook } from '../voice-book.ts';
import { GptSovitsEndpoint } from './gpt-sovits-endpoint.ts';
import { assertWeights } from './weights.ts';

/** Throws ConfigurationError when its voices cannot be spoken by one instance in turn. */
export function openGptSovits(config: GptSovitsConfig, parts: EngineParts): Engine {
  assertWeights(config.voices, parts.path);
  const voices = new VoiceBook(config.id, config.voices, parts.log);
  return {
    id: config.id,
    type: config.type,
    endpoints: config.endpoints.map((address) => {
      const name = endpointName(config.id, address, { ofMany: config.endpoints.length > 1 });
      return new GptSovitsEndpoint({ ...parts, name, address, config, voices });
    }),
    draws: { seeds: true, safer: true, whole: config.streaming !== 'off' },
  };
}
