import { z } from 'zod';
import { ms } from './config-fields.ts';
import { defaultFillers } from './default-texts.ts';

export const outputKinds = ['speaker', 'player', 'stream', 'file', 'null'] as const;
export type OutputKind = (typeof outputKinds)[number];

const decibels = (min: number, max: number, fallback: number, description: string) =>
  z.number().min(min).max(max).default(fallback).describe(`${description}, in dB`);

const lines = (fallback: readonly string[], description: string) =>
  z
    .array(z.string().min(1))
    .max(200)
    .default([...fallback])
    .describe(description);

const music = z.strictObject({
  folder: z.string().default('').describe('Background music: a folder of sound files; empty: none'),
  levelDb: decibels(-60, 0, -20, 'How loud it is while nobody speaks, against the voice'),
  duckDb: decibels(-60, 0, -12, 'By how much it goes down under speech'),
  attackMs: ms(1, 5_000, 150, 'How fast it goes down'),
  releaseMs: ms(1, 10_000, 800, 'How fast it comes back'),
  shuffle: z.boolean().default(false).describe('Another order each round, instead of the order of names'),
});

const earcons = z.strictObject({
  urgent: z.string().default('').describe('A short sound file before what answers money; empty: none'),
  normal: z.string().default('').describe('The same before other answers'),
  levelDb: decibels(-60, 0, -10, 'How loud they are, against the voice'),
});

const fillers = z.strictObject({
  afterMs: ms(500, 60_000, 2_400, 'How long nothing may be heard before a filler is played'),
  promisedMs: ms(100, 60_000, 700, 'The same after an answer was promised'),
  lines: lines(defaultFillers.idle, 'What is said when there is nothing else; made ahead'),
  promises: lines(defaultFillers.promised, 'What is said while a promised answer is still being made'),
  keepIdleLines: z
    .int()
    .min(0)
    .max(10_000)
    .default(200)
    .describe('So many idle lines that were heard are kept on disk, to be heard again when nothing comes'),
  maxDiskMb: z.int().min(1).max(10_000).default(128).describe('Disk for all of them, per room'),
});

const stream = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Where the page and the sound can be had'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('Of the first room; each further one has the next. 0: any that is free, then always the same'),
});

const loudness = z.strictObject({
  targetLufs: z.number().min(-40).max(-6).default(-16).describe('Loudness of the voice (ITU-R BS.1770)'),
  peakDbtp: z.number().min(-20).max(0).default(-1).describe('True peak of what leaves, at the most'),
});

/** What is heard, and on what. Every field has a default and a sentence. */
export const audioSchema = z.strictObject({
  outputs: z
    .array(z.enum(outputKinds))
    .min(1)
    .default(['speaker', 'player', 'file', 'null'])
    .describe('Tried in this order; the first that works is used'),
  also: z
    .array(z.enum(outputKinds))
    .default([])
    .describe('Outputs beside it, all of them at once; what fails is tried again'),
  device: z
    .string()
    .max(200)
    .default('')
    .describe('Name of the sound device, or a part of it (`npm run doctor` lists them); empty: the default'),
  record: z.boolean().default(false).describe('Also write what is heard to audio/<room>.wav'),
  recordMaxMinutes: z.int().min(1).max(1_440).default(60).describe('Length at which a recording is rotated'),
  volume: z.number().min(0).max(2).default(1).describe('1: as synthesised'),
  slotTimeoutMs: ms(
    200,
    60_000,
    1_500,
    'How long an utterance waits for its next sentence before others may speak',
  ),
  music: music.prefault({}),
  earcons: earcons.prefault({}),
  fillers: fillers.prefault({}),
  stream: stream.prefault({}),
  loudness: loudness.prefault({}),
});
