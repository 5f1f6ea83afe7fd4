import { z } from 'zod';
import { audioSchema } from './audio-config.ts';
import { refineConfig } from './config-checks.ts';
import { defaultIdleScripts, defaultRules, demoIdleScripts, demoRules } from './default-texts.ts';
import { address, ms } from './config-fields.ts';
import { ingestSchema } from './ingest-config.ts';
import { board, helm } from './reply-board.ts';
import { director, idleScript, phrase, rule, templates } from './reply-texts.ts';
import { commonFields } from './phrase-fields.ts';
import { modelSchema } from './reply/model-config.ts';
import { shopSchema } from './reply/shop-config.ts';
import { wordsSchema } from './reply/words-config.ts';
import { simulatorSchema } from './simulator-config.ts';
import { sourceSchema } from './sources.ts';
import { roomPattern } from './subjects.ts';
import { supervisorSchema } from './supervisor-config.ts';
import { ttsSchema } from './tts-config.ts';

/**
 * The configuration, `onair.yaml`. Every field has a default and a sentence; past the reader nothing is optional. Text values may
 * hold `${env:NAME}` (replaced by the reader) and addresses may hold `${address:CHILD}` (replaced by the supervisor once that child
 * has said where it listens).
 */
export const roomSchema = z.strictObject({
  id: z
    .string()
    .regex(roomPattern, { error: 'must be 1–48 letters, digits, "-" or "_"' })
    .describe('Name of the room here: in subjects, file names and reports'),
  source: sourceSchema,
});

const reply = z.strictObject({
  rules: z.array(rule).prefault(defaultRules).describe('First match wins'),
  templates: templates.prefault({}),
  idle: z
    .array(idleScript)
    .min(1)
    .prefault(defaultIdleScripts)
    .describe('Spoken in turn while nobody writes'),
  director: director.prefault({}),
  board: board.prefault({}),
  helm: helm.prefault({}),
  timeZone: z
    .string()
    .default('Asia/Shanghai')
    .refine(isTimeZone, { error: 'must be a time zone such as Asia/Shanghai' })
    .describe('Whose time is told, and in which times of day are meant'),
  disclosure: z
    .strictObject({
      text: phrase(commonFields, 0)
        .default('温馨提示，本直播间由人工智能语音为您讲解。')
        .describe('Says that the voice is an AI; empty: never'),
      everyMs: ms(10_000, 86_400_000, 900_000, 'How often'),
      label: z
        .string()
        .trim()
        .max(40)
        .regex(/^\P{Cc}*$/u, { error: 'must be one line' })
        .default('AI 语音')
        .describe('Shown on the page of the output `stream`, all the time; empty: nothing'),
    })
    .prefault({}),
  shop: shopSchema.prefault({}).describe('What is sold: what answers are taken from'),
  model: modelSchema.prefault({}).describe('Language models, for what the shop does not answer'),
  words: wordsSchema.prefault({}).describe('What must not be said'),
  mergeWindowMs: ms(0, 60_000, 2_500, 'How long enters, likes and gifts of one streak wait for each other'),
  likeEveryMs: ms(0, 3_600_000, 30_000, 'Least time between two thanks for likes'),
  chatTtlMs: ms(1_000, 3_600_000, 60_000, 'A chat that is not answered after so long is dropped'),
  greetingTtlMs: ms(1_000, 3_600_000, 20_000, 'The same for enters, likes, follows and shares'),
  paidTtlMs: ms(10_000, 86_400_000, 1_800_000, 'The same for gifts and orders'),
  maxWaiting: z
    .int()
    .min(10)
    .max(4_000)
    .default(500)
    .describe('Events on the board; beyond it the least worth are shed'),
});

const bus = z.strictObject({
  servers: z
    .array(address(['nats://', 'tls://']))
    .default([])
    .describe('An outside NATS cluster; empty: our own server'),
  credentialsFile: z.string().default('').describe('Credentials file for the outside cluster'),
  sync: z
    .string()
    .regex(/^(always|\d+(ms|s|m))$/, { error: 'must be "always" or a duration such as 1s' })
    .default('1s')
    .describe('How often the bus writes to disk for good'),
  maxDiskMb: z
    .int()
    .min(64)
    .max(1_000_000)
    .default(4_096)
    .describe(
      'Disk for all streams; about half of it holds sound, 110 MB per room that speaks without a pause',
    ),
});

export const configSchema = z
  .strictObject({
    rooms: z.array(roomSchema).min(1).max(200).describe('The rooms to host'),
    ingest: ingestSchema.prefault({}),
    reply: reply.prefault({}),
    tts: ttsSchema.prefault({}),
    audio: audioSchema.prefault({}),
    bus: bus.prefault({}),
    supervisor: supervisorSchema.prefault({}),
    simulators: z
      .array(simulatorSchema)
      .default([])
      .describe('Simulated rooms, speech servers and language models, for demonstrations and tests'),
  })
  .superRefine(refineConfig);

export type Config = z.infer<typeof configSchema>;
export type RoomConfig = Config['rooms'][number];
export type { SourceConfig } from './sources.ts';
export type { DouyinSource, SignerConfig } from './sources/douyin.ts';
export type IngestConfig = Config['ingest'];
export type ReplyConfig = Config['reply'];
export type RuleConfig = ReplyConfig['rules'][number];
export type IdleScriptConfig = ReplyConfig['idle'][number];
export type AudioConfig = Config['audio'];
export type { OutputKind } from './audio-config.ts';
export type { TtsConfig } from './tts-config.ts';
export type { SimulatorConfig } from './simulator-config.ts';

/** What runs without a configuration file: one simulated room, the embedded voice, the best output, and a recording. */
export const demoConfig: unknown = {
  rooms: [
    {
      id: 'demo',
      source: {
        type: 'douyin',
        webRid: 'demo',
        pageUrl: 'http://${address:sim-room}',
        pushUrls: ['ws://${address:sim-room}'],
      },
    },
  ],
  reply: { rules: demoRules, idle: demoIdleScripts },
  tts: { speed: 1.4 },
  audio: { record: true },
  simulators: [{ id: 'room', type: 'douyin-room', webRid: 'demo' }],
};

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
