import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the host of a replay is started with. */
export const configurationFile = (home: string): string => join(home, 'replay.yaml');

const earlier = z.object({
  rooms: z.array(z.object({ source: z.object({ take: z.int().min(0).default(0) }) })).min(1),
});

/** Number of the next take in a home: 0 where nothing was played yet, else one more than the last. */
export function nextTake(home: string): number {
  let text: string;
  try {
    text = readFileSync(configurationFile(home), 'utf8');
  } catch {
    return 0;
  }
  try {
    return 1 + (earlier.parse(JSON.parse(text)).rooms[0]?.source.take ?? 0);
  } catch {
    // Changed by hand, or half written: a number that no run before it had.
    return Math.floor(Date.now() / 1_000) % 1_000_000_000;
  }
}
