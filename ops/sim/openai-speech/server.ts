import type { Exchange } from '../speech/exchange.ts';
import { openSpeechServer, type SpeechDialect, type SpeechServer } from '../speech/server.ts';
import { fillSettings, type SpeechOptions, type SpeechSettings } from '../speech/settings.ts';
import { inOne } from '../speech/spoil.ts';
import type { SimulatedVoice } from '../speech/voice.ts';
import { readSpeechRequest } from './request.ts';

/** What a simulated server of `/v1/audio/speech` is. */
export type OpenAiSpeechSettings = SpeechSettings & {
  /** Asked for as a bearer token; '': anybody may. */
  readonly apiKey: string;
  readonly models: readonly string[];
  /** Empty: any name. */
  readonly voices: readonly string[];
  readonly sampleRateHz: number;
  /** `audio/pcm;rate=…` instead of `audio/pcm`. */
  readonly tellRate: boolean;
  /** The body is chunked while it is made, in pieces of so many seconds; 0: whole, with its length. */
  readonly pieceSeconds: number;
  /** More requests than this at the same time get 429; 0: any number is taken. */
  readonly maxInFlight: number;
};

export type OpenAiSpeechOptions = SpeechOptions & Partial<Omit<OpenAiSpeechSettings, keyof SpeechSettings>>;

/** Opens a simulated server with OpenAI's `/v1/audio/speech` and `/v1/models`; it speaks wav and pcm, and refuses what has to be encoded. */
export async function openOpenAiSpeech(options: OpenAiSpeechOptions = {}): Promise<SpeechServer> {
  const settings: OpenAiSpeechSettings = {
    apiKey: '',
    models: ['tts-1', 'tts-1-hd'],
    voices: [],
    sampleRateHz: 24_000,
    tellRate: false,
    pieceSeconds: 0.4,
    maxInFlight: 0,
    ...options,
    ...fillSettings(options),
  };
  return await openSpeechServer(settings, (voice) => dialectOf(settings, voice));
}

/** OpenAI's shape of an error. */
export function errorBody(
  message: string,
  { type = 'invalid_request_error', param = null, code = null }: ErrorDetails = {},
): object {
  return { error: { message, type, param, code } };
}

type ErrorDetails = {
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
};

function dialectOf(settings: OpenAiSpeechSettings, voice: SimulatedVoice): SpeechDialect {
  const tooMany = errorBody('Rate limit reached for requests', {
    type: 'requests',
    code: 'rate_limit_exceeded',
  });
  return {
    isSpeech: (method, path) => method === 'POST' && path === '/v1/audio/speech',
    refusals: {
      badRequest: errorBody('Invalid value for input', { param: 'input', code: 'invalid_value' }),
      unprocessable: {
        detail: [{ type: 'missing', loc: ['body', 'input'], msg: 'Field required', input: {} }],
      },
      tooMany,
    },
    describe: () => ({ models: settings.models, sampleRateHz: settings.sampleRateHz }),
    answer: async (exchange, desk) => {
      const { method, path } = exchange;
      const route = `${method} ${path}`;
      if (route !== 'POST /v1/audio/speech' && route !== 'GET /v1/models')
        return exchange.json(404, errorBody(`Invalid URL (${route})`));
      if (!isAllowed(exchange, settings.apiKey)) {
        return exchange.json(401, errorBody('Incorrect API key provided', { code: 'invalid_api_key' }), {
          'www-authenticate': 'Bearer',
        });
      }
      if (path === '/v1/models') return exchange.json(200, describeModels(settings.models));
      if (settings.maxInFlight > 0 && desk.state().inFlight > settings.maxInFlight)
        return exchange.json(429, tooMany, { 'retry-after': String(desk.times.retryAfterSeconds) });
      await speak(exchange, desk, { settings, voice });
    },
  };
}

async function speak(
  exchange: Exchange,
  desk: SpeechServer,
  { settings, voice }: { settings: OpenAiSpeechSettings; voice: SimulatedVoice },
): Promise<void> {
  const body = (await exchange.body()).toString();
  const read = readSpeechRequest(body, settings);
  exchange.parameters = read.ok ? read.request : body.slice(0, 10_000);
  if (!read.ok) return exchange.json(400, errorBody(read.message, { param: read.param }));
  const { input, voice: name, format, speed } = read.request;
  const { sampleRateHz, pieceSeconds } = settings;
  // It takes no seed: each answer is another rendition.
  const pitch = 1 + pitchOf(name) + (desk.random.whole(0, 63) - 32) * 0.0012;
  const pcmType = settings.tellRate ? `audio/pcm;rate=${sampleRateHz}` : 'audio/pcm';
  await desk.speak(exchange, {
    text: input,
    streamed: pieceSeconds > 0,
    blocking: false,
    container: format === 'wav' ? 'wav' : 'raw',
    streamHeader: 'unknown',
    contentType: format === 'wav' ? 'audio/wav' : pcmType,
    render: () => {
      const samples = voice.speak({ text: input, sampleRateHz, pitch, speed });
      const step = Math.round(pieceSeconds * sampleRateHz);
      if (step <= 0 || samples.length <= step) return inOne(samples, sampleRateHz);
      const pieceEnds = Array.from({ length: Math.ceil(samples.length / step) }, (_, index) =>
        Math.min(samples.length, (index + 1) * step),
      );
      return { samples, sampleRateHz, pieceEnds };
    },
    other: (rateHz) =>
      voice.speak({ text: '这是另外一位客人的一句话。', sampleRateHz: rateHz, pitch, speed }),
    outcome: 'right',
  });
}

function isAllowed(exchange: Exchange, apiKey: string): boolean {
  return apiKey === '' || exchange.header('authorization') === `Bearer ${apiKey}`;
}

function describeModels(models: readonly string[]): object {
  return {
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'openai' })),
  };
}

/** Each name its own voice. */
function pitchOf(name: string): number {
  const sum = Buffer.from(name).reduce((total, byte) => (total * 31 + byte) % 997, 7);
  return ((sum % 9) - 4) * 0.03;
}
