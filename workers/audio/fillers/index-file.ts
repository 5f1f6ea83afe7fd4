import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { keyPattern } from './filler-key.ts';

const keptSchema = z.object({
  key: z.string().regex(keyPattern),
  text: z.string().min(1),
  bytes: z.int().min(1),
  /** CRC-32 of the file. */
  crc: z.int().min(0),
  /** Unix milliseconds. */
  addedAt: z.number(),
});
const indexSchema = z.object({ version: z.literal(1), kept: z.array(keptSchema).max(20_000) });
const playsSchema = z.array(z.string().max(64)).max(2_000);

/** One sound in the folder, as the index knows it. */
export type KeptSound = z.infer<typeof keptSchema>;

/** Throws when it cannot be read, or is not an index. */
export async function readIndex(file: string): Promise<KeptSound[]> {
  return indexSchema.parse(JSON.parse(await readFile(file, 'utf8'))).kept;
}

export function indexText(kept: KeptSound[]): string {
  return `${JSON.stringify({ version: 1, kept })}\n`;
}

/** Keys in the order in which they were played, the latest last. Throws when they cannot be read. */
export async function readPlays(file: string): Promise<string[]> {
  return playsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}
