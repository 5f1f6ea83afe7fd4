import type { Weighed } from './worth.ts';
import { byWorth } from './worth.ts';

export interface StoreLimits {
  bytes: number;
  entries: number;
}

/** Beyond a limit so much of it stays, so that not every new sound has all others weighed. */
const keptShare = 0.98;

/** Which to give up, the least worth first; none while both limits hold. */
export function chooseVictims<T extends Weighed>(all: Iterable<T>, limits: StoreLimits): T[] {
  const ranked = [...all];
  let bytes = ranked.reduce((sum, entry) => sum + entry.bytes, 0);
  let entries = ranked.length;
  if (bytes <= limits.bytes && entries <= limits.entries) return [];
  const victims: T[] = [];
  for (const entry of ranked.sort(byWorth)) {
    if (bytes <= limits.bytes * keptShare && entries <= limits.entries * keptShare) break;
    victims.push(entry);
    bytes -= entry.bytes;
    entries -= 1;
  }
  return victims;
}
