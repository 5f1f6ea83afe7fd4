/** After so long without use a thing counts half of what it did: yesterday's show is remembered, last month's is not. */
const halfLifeMs = 6 * 3_600_000;
/** Clocks go wrong: nothing is in use more than a thousand million times. */
const mostHalvings = 30;

/**
 * What a sound is worth, by three figures. `heat` is how much it is in use, as a moment in unix milliseconds: as much as a thing that was
 * used once, at that moment. Both how often and how lately are in this one number, which fits into the time stamp of a file.
 */
export interface Weighed {
  heat: number;
  /** What it took to make it. */
  costMs: number;
  bytes: number;
}

/** The heat of a thing that is used once more; that of a thing never used before is `now`. */
export function heatAfterUse(heat: number, now: number): number {
  const halvings = Math.min(mostHalvings, (heat - now) / halfLifeMs);
  return now + halfLifeMs * Math.log2(2 ** halvings + 1);
}

/** Milliseconds of work that a byte of it saves, weighed by how often it is used at that time. */
export function worth({ heat, costMs, bytes }: Weighed, now: number): number {
  return (2 ** ((heat - now) / halfLifeMs) * atLeastOne(costMs)) / atLeastOne(bytes);
}

/** Orders by worth, the least first. All lose by halves alike, so that the order is the same at any time. */
export function byWorth(one: Weighed, other: Weighed): number {
  return rank(one) - rank(other);
}

/** The logarithm of the worth, but for what depends on the time. */
function rank({ heat, costMs, bytes }: Weighed): number {
  return heat / halfLifeMs + Math.log2(atLeastOne(costMs)) - Math.log2(atLeastOne(bytes));
}

const atLeastOne = (value: number): number => Math.max(1, value);
