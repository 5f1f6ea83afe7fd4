import { z } from 'zod';
import { ms } from './config-fields.ts';
import { speechFaultNames } from './simulated-faults.ts';
import { modelFaultNames } from './simulated-model-faults.ts';
import { roomPattern } from './subjects.ts';

const id = z
  .string()
  .regex(roomPattern)
  .describe('Its child is called sim-<id>; its address is ${address:sim-<id>}');
const seed = (description: string) =>
  z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(7)
    .describe(description);

const douyinRoom = z.strictObject({
  id,
  type: z.literal('douyin-room'),
  webRid: z.string().min(1).default('demo'),
  seed: seed('Decides who says what and when'),
  pace: z.number().min(0.1).max(100).default(1).describe('Multiplies how busy the room is'),
  silent: z
    .boolean()
    .default(false)
    .describe('Nothing happens by itself; only what is asked for over /sim/say'),
});

const speech = {
  id,
  seed: seed('Decides which request gets which fault, and how requests without a seed sound'),
  inferenceMs: ms(0, 600_000, 40, 'Time for any text'),
  inferenceMsPerChar: z.number().min(0).max(10_000).default(2).describe('Time for each character beyond'),
  jitter: z.number().min(0).max(1).default(0).describe('Share by which that varies, up and down'),
  firstShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('Share of the time after which a stream has its first byte'),
  faults: z
    .partialRecord(z.enum(speechFaultNames), z.number().min(0).max(1))
    .default({})
    .refine((shares) => Object.values(shares).reduce((sum, share) => sum + share, 0) <= 1, {
      error: 'must not add up to more than 1',
    })
    .describe('Share of the requests that gets each fault'),
};

const gptSovits = z.strictObject({
  ...speech,
  type: z.literal('gpt-sovits'),
  version: z
    .enum(['v1', 'v2', 'v2Pro', 'v2ProPlus', 'v3', 'v4'])
    .default('v2ProPlus')
    .describe('Of the model: decides sample rate, languages and what can be streamed'),
  release: z
    .enum(['current', 'old'])
    .default('current')
    .describe('old: from before the integer form of streaming_mode'),
  api: z.enum(['v2', 'v1']).default('v2').describe('v1: the older api.py'),
});

const openaiSpeech = z.strictObject({
  ...speech,
  type: z.literal('openai-speech'),
  apiKey: z.string().default('').describe('Asked for as a bearer token; empty: anybody may'),
  sampleRateHz: z.int().min(8_000).max(192_000).default(24_000),
  tellRate: z.boolean().default(false).describe('audio/pcm;rate=… instead of audio/pcm'),
});

const cosyVoice = z.strictObject({
  ...speech,
  type: z.literal('cosyvoice'),
  version: z.enum(['v1', 'v2', 'v3']).default('v2').describe('Decides the sample rate'),
  noiseTail: z.number().min(0).max(1).default(0).describe('Share of the answers that ends in 40 ms of noise'),
});

const feed = {
  id,
  seed: seed('Decides who says what and when'),
  pace: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe('Multiplies how busy the room is; 0: nothing by itself'),
  replayCount: z
    .int()
    .min(0)
    .max(1_000)
    .default(0)
    .describe('So many of the last messages are sent again to who connects'),
};

const barrageGrab = z.strictObject({
  ...feed,
  type: z.literal('barrage-grab'),
  roomId: z
    .string()
    .regex(/^\d{1,19}$/)
    .default('7260415920948906807'),
  webRoomId: z
    .string()
    .regex(/^\d{1,19}$/)
    .default('516466932480'),
  old: z
    .boolean()
    .default(false)
    .describe('As before v2.7.3: room ids are numbers, later fields are not there'),
});

const bilibiliRoom = z.strictObject({
  ...feed,
  type: z.literal('bilibili-room'),
  roomId: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .default('22625027'),
  compression: z.enum(['none', 'zlib', 'brotli']).default('brotli').describe('Of what it sends'),
});

const jsonFeed = z.strictObject({
  ...feed,
  type: z.literal('json-feed'),
  feed: z.enum(['douyin-live', 'dycast', 'oba', 'generic']).describe('Whose messages it sends'),
});

const model = z.strictObject({
  id,
  type: z.literal('model'),
  seed: seed('Decides which request gets which fault'),
  apiKey: z.string().default('').describe('Asked for as a bearer token; empty: anybody may'),
  firstTokenMs: ms(0, 600_000, 200, 'Until the first word'),
  tokenMs: ms(0, 60_000, 20, 'Between two words'),
  faults: z
    .partialRecord(z.enum(modelFaultNames), z.number().min(0).max(1))
    .default({})
    .refine((shares) => Object.values(shares).reduce((sum, share) => sum + share, 0) <= 1, {
      error: 'must not add up to more than 1',
    })
    .describe('Share of the requests that gets each fault'),
});

export const simulatorSchema = z.discriminatedUnion('type', [
  douyinRoom,
  gptSovits,
  openaiSpeech,
  cosyVoice,
  barrageGrab,
  bilibiliRoom,
  jsonFeed,
  model,
]);

export type SimulatorConfig = z.infer<typeof simulatorSchema>;
