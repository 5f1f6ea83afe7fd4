import type { Exchange } from '../speech/exchange.ts';
import { readForm, type FormFields } from '../speech/read-body.ts';
import { joinSamples } from '../speech/samples.ts';
import { openSpeechServer, type SpeechDialect, type SpeechServer } from '../speech/server.ts';
import { fillSettings, type SpeechOptions, type SpeechSettings } from '../speech/settings.ts';
import { inOne, spoil } from '../speech/spoil.ts';
import { isSpeakable, type SimulatedVoice } from '../speech/voice.ts';

/** What a simulated CosyVoice server is. */
export type CosyVoiceSettings = SpeechSettings & {
  /** v1: 22 050 Hz, else 24 000. */
  readonly version: 'v1' | 'v2' | 'v3';
  /** Who can be asked for by `spk_id`; empty: anybody. */
  readonly speakers: readonly string[];
  /** Share of the answers that ends in 40 ms of noise. */
  readonly noiseTail: number;
};

export type CosyVoiceOptions = SpeechOptions & Partial<Omit<CosyVoiceSettings, keyof SpeechSettings>>;

/**
 * Opens a simulated server with the interface of CosyVoice's `runtime/python/fastapi/server.py`: forms in, headerless samples out without a
 * content type, and nothing checked but that the fields are there.
 */
export async function openCosyVoice(options: CosyVoiceOptions = {}): Promise<SpeechServer> {
  const settings: CosyVoiceSettings = {
    version: 'v2',
    speakers: [],
    noiseTail: 0,
    ...options,
    ...fillSettings(options),
  };
  return await openSpeechServer(settings, (voice) => dialectOf(settings, voice));
}

/** The fields of each kind of request; `prompt_wav` is a file. */
const routes: Readonly<Record<string, readonly string[]>> = {
  '/inference_sft': ['tts_text', 'spk_id'],
  '/inference_zero_shot': ['tts_text', 'prompt_text', 'prompt_wav'],
  '/inference_cross_lingual': ['tts_text', 'prompt_wav'],
  '/inference_instruct': ['tts_text', 'spk_id', 'instruct_text'],
  '/inference_instruct2': ['tts_text', 'instruct_text', 'prompt_wav'],
};

function dialectOf(settings: CosyVoiceSettings, voice: SimulatedVoice): SpeechDialect {
  return {
    isSpeech: (_method, path) => Object.hasOwn(routes, path),
    refusals: {
      badRequest: { detail: 'There was an error parsing the body' },
      unprocessable: { detail: [missing('tts_text')] },
      tooMany: { detail: 'Too Many Requests' },
    },
    describe: () => ({ version: settings.version }),
    answer: async (exchange, desk) => {
      const fields = routes[exchange.path];
      if (!fields) return exchange.json(404, { detail: 'Not Found' });
      if (exchange.method !== 'POST' && exchange.method !== 'GET')
        return exchange.json(405, { detail: 'Method Not Allowed' }, { allow: 'GET, POST' });
      const form = readForm(await exchange.body(), exchange.header('content-type'));
      const lacking = fields.filter((name) => !(name === 'prompt_wav' ? form.files : form.fields).has(name));
      exchange.parameters = describeForm(form);
      if (lacking.length > 0) return exchange.json(422, { detail: lacking.map(missing) });
      await speak(exchange, desk, { settings, voice, form });
    },
  };
}

type Request = {
  readonly settings: CosyVoiceSettings;
  readonly voice: SimulatedVoice;
  readonly form: FormFields;
};

async function speak(exchange: Exchange, desk: SpeechServer, request: Request): Promise<void> {
  const { settings, voice, form } = request;
  const text = form.fields.get('tts_text') ?? '';
  const speaker = form.fields.get('spk_id');
  const prompt = form.files.get('prompt_wav');
  exchange.text = text;
  const isKnown =
    speaker === undefined || settings.speakers.length === 0 || settings.speakers.includes(speaker);
  const isWav = prompt === undefined || prompt.bytes.subarray(0, 4).toString('latin1') === 'RIFF';
  // Found out while the body is made.
  if (!isKnown || !isWav) {
    exchange.begin({});
    return await exchange.cut();
  }
  const sampleRateHz = settings.version === 'v1' ? 22_050 : 24_000;
  const pitch = 1 + voiceOf(speaker ?? prompt?.bytes ?? '') + (desk.random.whole(0, 63) - 32) * 0.0012;
  const hasTail = desk.random.chance(settings.noiseTail);
  await desk.speak(exchange, {
    text,
    // It is not started with stream=True: a chunk for each sentence.
    streamed: true,
    blocking: false,
    container: 'raw',
    streamHeader: 0,
    contentType: '',
    render: () => {
      const sentences = text.split(/(?<=[。！？!?\n])/u).filter(isSpeakable);
      const spoken = sentences.map((line) => voice.speak({ text: line, sampleRateHz, pitch, speed: 1 }));
      const ends = spoken.map((_, index) => joinSamples(spoken.slice(0, index + 1)).length);
      const sound = {
        ...inOne(joinSamples(spoken), sampleRateHz),
        ...(ends.length > 0 ? { pieceEnds: ends } : {}),
      };
      return hasTail
        ? spoil(sound, 'noise-tail', { random: desk.random, other: () => new Int16Array(0) })
        : sound;
    },
    other: (rateHz) =>
      voice.speak({ text: '这是提示音频里面的一句话。', sampleRateHz: rateHz, pitch, speed: 1 }),
    outcome: hasTail ? 'repairable' : 'right',
  });
}

function missing(name: string): object {
  return { type: 'missing', loc: ['body', name], msg: 'Field required', input: null };
}

function describeForm({ fields, files }: FormFields): object {
  const uploads = [...files].map(([name, { filename, bytes }]) => [name, { filename, bytes: bytes.length }]);
  return { ...Object.fromEntries(fields), ...Object.fromEntries(uploads) };
}

/** Each speaker and each prompt its own voice. */
function voiceOf(from: string | Buffer): number {
  const sum = Buffer.from(from).reduce((total, byte) => (total * 31 + byte) % 997, 7);
  return ((sum % 9) - 4) * 0.03;
}
