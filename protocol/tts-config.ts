import { z } from 'zod';
import { ms } from './config-fields.ts';
import { embeddedVoice } from './speech.ts';

/** Engines that are asked over HTTP, each at one or several addresses. */
const web = ['http://', 'https://'];

const endpoints = z
  .array(
    z.string().refine((text) => isWebAddress(text), {
      error: 'must be an address that starts with http:// or https://',
    }),
  )
  .min(1)
  .max(16)
  .describe(
    'Addresses of servers that speak alike; each does one thing at a time unless "slots" says otherwise',
  );

const engineId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'must be 1–32 small letters, digits or "-"' })
  .describe('Name in logs, reports and the ledger');

const slots = (fallback: number) =>
  z.int().min(1).max(32).default(fallback).describe('Requests at the same time, per address');

/** How long each part of a request may take, and what is tried again. */
const limits = {
  connectMs: ms(50, 60_000, 1_000, 'Until the connection stands'),
  firstByteMs: ms(100, 120_000, 6_000, 'Until the first byte of sound'),
  gapMs: ms(100, 60_000, 2_000, 'Between two pieces of sound'),
  totalMs: ms(200, 300_000, 15_000, 'Until the last byte'),
  maxBytes: z
    .int()
    .min(10_000)
    .max(100_000_000)
    .default(12_000_000)
    .describe('Of one answer; what is longer is cut off and refused'),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(10).default(3).describe('Tries in all, on 502, 503 and 504 only'),
      firstMs: ms(1, 10_000, 100, 'Pause before the second'),
      factor: z.number().min(1).max(10).default(2).describe('By which each pause is longer'),
      capMs: ms(1, 60_000, 1_000, 'The longest pause'),
    })
    .prefault({}),
  breaker: z
    .strictObject({
      failures: z.int().min(1).max(100).default(3).describe('Failures in a row after which it is left alone'),
      openMs: ms(100, 600_000, 1_000, 'How long at first; doubled each time a probe fails'),
      maxOpenMs: ms(100, 3_600_000, 30_000, 'How long at the most'),
    })
    .prefault({}),
  rate: z
    .strictObject({
      capacity: z.number().min(1).max(10_000).default(20).describe('Requests that may come at once'),
      perSecond: z.number().min(0.01).max(10_000).default(20).describe('Requests per second in the long run'),
    })
    .prefault({})
    .describe('Token bucket, per address'),
};

const voiceName = z.string().min(1).max(64).describe('Name by which segments ask for it');
const language = z.string().regex(/^[a-z_]{2,8}$/, { error: 'must be small letters, such as zh' });

const gptSovitsVoice = z.strictObject({
  name: voiceName,
  refAudio: z.string().min(1).describe('Reference sound, 3–10 s: a path on the server'),
  promptText: z.string().default('').describe('What is said in it; v3 and v4 need it'),
  promptLang: language.default('zh'),
  textLang: language.default('zh'),
  gptWeights: z.string().default('').describe('Weights to load before; a path on the server'),
  sovitsWeights: z.string().default('').describe('The same for SoVITS'),
});

const gptSovits = z.strictObject({
  id: engineId,
  type: z.literal('gpt-sovits'),
  endpoints,
  voices: z.array(gptSovitsVoice).min(1).max(100).describe('The first is the usual one'),
  streaming: z
    .enum(['auto', 'off', 'fragments', 'tokens', 'fixed'])
    .default('auto')
    .describe('auto: tokens where the server can'),
  topK: z.int().min(1).max(100).default(15),
  topP: z.number().min(0.05).max(1).default(1),
  temperature: z.number().min(0.05).max(2).default(1),
  repetitionPenalty: z.number().min(0).max(5).default(1.35),
  restart: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Servers decay: they are restarted when nobody waits'),
      afterRequests: z.int().min(0).max(1_000_000).default(2_000).describe('0: not by number'),
      maxMemoryMb: z
        .int()
        .min(0)
        .max(10_000_000)
        .default(12_000)
        .describe(
          'Resident memory of the process that listens at an address of this machine, where it can be read (Linux); 0: not by memory',
        ),
      idleMs: ms(
        0,
        3_600_000,
        3_000,
        'Nobody may have asked for so long; 20 s at the least while only the embedded voice could take over',
      ),
      readyMs: ms(1_000, 600_000, 120_000, 'Until it has to be there again'),
    })
    .prefault({}),
  ...limits,
});

/** The older api.py of the same project: no streaming parameters, no weights per request. */
const gptSovitsOld = z.strictObject({
  id: engineId,
  type: z.literal('gpt-sovits-v1'),
  endpoints,
  voices: z
    .array(gptSovitsVoice.omit({ gptWeights: true, sovitsWeights: true }))
    .min(1)
    .max(100),
  ...limits,
});

const openai = z.strictObject({
  id: engineId,
  type: z.literal('openai'),
  endpoints: endpoints.describe('Base addresses; /v1/audio/speech is added unless there'),
  model: z.string().min(1).default('tts-1'),
  voices: z
    .array(z.strictObject({ name: voiceName, voice: z.string().min(1).describe("The server's name for it") }))
    .min(1)
    .max(100),
  apiKey: z.string().default('').describe('Best as ${env:NAME}'),
  format: z.enum(['wav', 'pcm']).default('wav'),
  sampleRateHz: z
    .int()
    .min(8_000)
    .max(192_000)
    .default(24_000)
    .describe('Of pcm, when the answer does not tell it'),
  slots: slots(2),
  ...limits,
});

const cosyVoice = z.strictObject({
  id: engineId,
  type: z.literal('cosyvoice'),
  endpoints,
  voices: z
    .array(
      z.strictObject({
        name: voiceName,
        mode: z.enum(['sft', 'zero-shot', 'cross-lingual', 'instruct', 'instruct2']).default('sft'),
        speaker: z.string().default('').describe('spk_id, for sft and instruct'),
        promptText: z.string().default('').describe('For zero-shot'),
        promptWav: z.string().default('').describe('A file here, for zero-shot, cross-lingual and instruct2'),
        instruction: z.string().default('').describe('For instruct and instruct2'),
      }),
    )
    .min(1)
    .max(100),
  sampleRateHz: z
    .int()
    .min(8_000)
    .max(192_000)
    .default(24_000)
    .describe('The answer does not tell: 22050 for v1, 24000 for v2 and v3'),
  slots: slots(1),
  ...limits,
});

/** The program espeak-ng of the system. */
const systemEspeak = z.strictObject({
  id: engineId,
  type: z.literal('espeak-ng'),
  program: z.string().min(1).default('espeak-ng'),
  voice: z.string().min(1).max(64).default('cmn'),
  slots: slots(2),
  totalMs: limits.totalMs,
  maxBytes: limits.maxBytes,
});

/** Models on this machine, in the pool; the package and the models are the operator's. */
const sherpaOnnx = z.strictObject({
  id: engineId,
  type: z.literal('sherpa-onnx'),
  model: z
    .record(z.string(), z.unknown())
    .describe('The "model" of an OfflineTts configuration, as the package has it'),
  ruleFsts: z.string().default(''),
  speaker: z.int().min(0).default(0).describe('Number of the speaker in the model'),
  totalMs: limits.totalMs,
});

const engine = z.discriminatedUnion('type', [
  gptSovits,
  gptSovitsOld,
  openai,
  cosyVoice,
  systemEspeak,
  sherpaOnnx,
]);

export const ttsSchema = z.strictObject({
  engines: z
    .array(engine)
    .max(16)
    .default([])
    .describe('In order: what one cannot do, the next does; the embedded voice is always the last'),
  voice: z.string().min(1).max(64).default(embeddedVoice).describe('Voice of the embedded engine'),
  speed: z.number().min(0.5).max(2).default(1).describe('1: as the engine speaks'),
  threads: z
    .strictObject({ min: z.int().min(1).max(32).default(1), max: z.int().min(1).max(32).default(2) })
    .prefault({})
    .refine(({ min, max }) => min <= max, { error: 'min must not exceed max' })
    .describe('Threads that synthesise, and that check what engines gave'),
  segmentTimeoutMs: ms(200, 120_000, 20_000, 'Deadline of one segment, with all that is tried for it'),
  redraws: z
    .int()
    .min(0)
    .max(8)
    .default(2)
    .describe('How often the same engine is asked again, differently, when its sound may not be heard'),
  hedge: z
    .strictObject({
      leastMs: ms(50, 60_000, 600, 'Nothing heard of a request for so long: another is asked as well'),
      factor: z
        .number()
        .min(1)
        .max(10)
        .default(1.5)
        .describe('Or for so many times its usual (p95) first byte'),
    })
    .prefault({}),
  cache: z
    .strictObject({
      maxMb: z.int().min(1).max(4_096).default(64).describe('Memory for spoken segments'),
      ttlMs: ms(1_000, 31_536_000_000, 604_800_000, 'Age at which one is made anew'),
      maxDiskMb: z.int().min(0).max(1_000_000).default(512).describe('Disk for them; 0: memory only'),
      variantAfter: z
        .int()
        .min(0)
        .max(10_000)
        .default(20)
        .describe('After so many times another rendition is drawn; 0: never'),
      maxVariants: z.int().min(1).max(20).default(3).describe('Renditions of one text'),
      warmUp: z
        .int()
        .min(0)
        .max(1_000)
        .default(50)
        .describe('Texts of rules and scripts made ahead at start'),
    })
    .prefault({}),
  keepRejected: z
    .int()
    .min(0)
    .max(1_000)
    .default(20)
    .describe('Sounds that were refused, kept as WAV with the reason in <home>/rejected'),
});

export type TtsConfig = z.infer<typeof ttsSchema>;
export type TtsEngineConfig = TtsConfig['engines'][number];
export type GptSovitsConfig = Extract<TtsEngineConfig, { type: 'gpt-sovits' }>;
export type GptSovitsOldConfig = Extract<TtsEngineConfig, { type: 'gpt-sovits-v1' }>;
export type OpenAiConfig = Extract<TtsEngineConfig, { type: 'openai' }>;
export type CosyVoiceConfig = Extract<TtsEngineConfig, { type: 'cosyvoice' }>;
export type SystemEspeakConfig = Extract<TtsEngineConfig, { type: 'espeak-ng' }>;
export type SherpaOnnxConfig = Extract<TtsEngineConfig, { type: 'sherpa-onnx' }>;

function isWebAddress(text: string): boolean {
  const filled = text.replaceAll(/\$\{address:[\w-]+\}/g, '127.0.0.1:1');
  return web.some((protocol) => filled.startsWith(protocol)) && URL.canParse(filled);
}
