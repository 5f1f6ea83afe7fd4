import type { OpenAiConfig } from '../../../../protocol/tts-config.ts';
import type { Engine } from '../../endpoint.ts';
import type { LinkRequest } from '../../http/http-link.ts';
import type { EngineParts } from '../engine-parts.ts';
import { endpointName } from '../engine-parts.ts';
import { PlainHttpEndpoint } from '../plain-http-endpoint.ts';
import { VoiceBook } from '../voice-book.ts';
import { warmUpText } from '../warm-up.ts';
import { openAnswerReader } from './answer-format.ts';

const route = '/audio/speech';
const slowest = 0.25;
const fastest = 4;

/** Servers that speak like OpenAI's `/v1/audio/speech`: Kokoro-FastAPI, openedai-speech, LocalAI and many more. */
export function openOpenAi(config: OpenAiConfig, { log, path }: EngineParts): Engine {
  const { id, endpoints, apiKey } = config;
  const voices = new VoiceBook(id, config.voices, log);
  const headers: Record<string, string> = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  const open = (address: string) =>
    new PlainHttpEndpoint({
      name: endpointName(id, address, { ofMany: endpoints.length > 1 }),
      address: baseAddress(address),
      slots: config.slots,
      limits: config,
      buildRequest: ({ text, voice, speed }): LinkRequest => ({
        method: 'POST',
        route,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: config.model,
          input: text,
          voice: voices.find(voice).voice,
          response_format: config.format,
          speed: Math.max(slowest, Math.min(fastest, speed)),
        }),
      }),
      openReader: (head) => openAnswerReader(head, config),
      probe: { method: 'GET', route: '/models', headers },
      warmUpText: warmUpText('zh'),
      pathOf: (message) => pathOf(message, path),
      secrets: [apiKey],
    });
  return {
    id,
    type: config.type,
    endpoints: endpoints.map(open),
    draws: { seeds: false, safer: false, whole: false },
  };
}

/** What stands before `/audio/speech`: people write it with `/v1`, without, or give the whole address. */
export function baseAddress(address: string): string {
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/, '');
  if (path.endsWith(route)) url.pathname = path.slice(0, -route.length);
  else if (!/\/v\d+$/.test(path)) url.pathname = `${path}/v1`;
  else url.pathname = path;
  return url.href;
}

function pathOf(message: string, path: string): string {
  if (/ answered 40[13]\b/.test(message)) return `${path}.apiKey`;
  if (/ answered 40[45]\b/.test(message)) return `${path}.endpoints`;
  if (/voice/i.test(message)) return `${path}.voices[0].voice`;
  return /model/i.test(message) ? `${path}.model` : path;
}
