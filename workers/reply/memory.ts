import { z } from 'zod';
import type { AcquaintancesState } from './acquaintances.ts';
import type { HelmState } from './helm.ts';
import type { DirectorState } from './idle-director.ts';
import type { SaidTexts } from './phrasebook.ts';

/** What outlives the processes that host a room, in two entries of the bucket: one for the show, one for its viewers. */
export interface ShowMemory {
  director: DirectorState;
  said: SaidTexts;
  helm: HelmState;
}

export type MemoryPart = 'show' | 'viewers';

const version = 1;
const text = z.string().max(1_000);
const at = z.int();

const showSchema: z.ZodType<ShowMemory> = z.object({
  director: z.object({
    script: text,
    line: z.int().min(0),
    round: z.array(text).max(1_000),
    said: z.array(z.tuple([text, at])).max(2_000),
    disclosedAt: at,
    timeToldAt: at,
    countdowns: z.array(text).max(1_000),
  }),
  said: z.record(text, z.array(z.int().min(0)).max(1_000)),
  helm: z.object({
    pause: z.object({ until: at, all: z.boolean(), by: text }).nullable(),
    takeover: z.object({ until: at, by: text }).nullable(),
    mutes: z.array(z.tuple([text, at, text])).max(1_000),
  }),
});

const viewersSchema: z.ZodType<AcquaintancesState> = z.object({
  greeted: z.array(z.tuple([text, at, text])).max(10_000),
  buckets: z.array(z.tuple([text, z.number(), at])).max(10_000),
  exchanges: z.array(z.object({ viewer: text, question: text, answer: text, at })).max(1_000),
});

export interface MemoryParts {
  show: ShowMemory;
  viewers: AcquaintancesState;
}

const schemas = { show: showSchema, viewers: viewersSchema };
const envelope = z.object({ version: z.literal(version), epoch: z.int().min(0), body: z.unknown() });

export const memoryKey = (room: string, part: MemoryPart): string => `${room}.${part}`;

/** `epoch`: of whoever writes it. */
export function encodeMemory<Part extends MemoryPart>(body: MemoryParts[Part], epoch: number): string {
  return JSON.stringify({ version, epoch, body });
}

/** Throws for what is not whole, or of another version. */
export function decodeMemory<Part extends MemoryPart>(
  part: Part,
  json: string,
): { epoch: number; body: MemoryParts[Part] } {
  const { epoch, body } = envelope.parse(JSON.parse(json));
  return { epoch, body: schemas[part].parse(body) as MemoryParts[Part] };
}
