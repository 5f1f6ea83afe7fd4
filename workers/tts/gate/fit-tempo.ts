import { median } from './robust.ts';

export const fastestPerSyllableS = 0.1;
export const slowestPerSyllableS = 0.4;
/** A slope from nearly equal lengths is only noise. */
const leastDifference = 4;
const fewestPairs = 12;
/** In syllables. The last one is drawn out; or short sentences are hurried. */
const [leastExtra, mostExtra] = [-0.8, 2];

interface Timed {
  syllables: number;
  speechS: number;
}

/** The line through durations by number of syllables, by medians (Theil and Sen): a quarter of them may be anything. */
export function fitTempo(heard: readonly Timed[]): { perSyllableS: number; extraS: number } {
  const slopes: number[] = [];
  for (const [index, one] of heard.entries()) {
    for (const other of heard.slice(index + 1)) {
      const difference = one.syllables - other.syllables;
      if (Math.abs(difference) >= leastDifference) slopes.push((one.speechS - other.speechS) / difference);
    }
  }
  const plain = median(heard.map(({ syllables, speechS }) => speechS / syllables));
  const perSyllableS = clamp(slopes.length < fewestPairs ? plain : median(slopes), [
    fastestPerSyllableS,
    slowestPerSyllableS,
  ]);
  const extras = heard.map(({ syllables, speechS }) => speechS / perSyllableS - syllables);
  return { perSyllableS, extraS: perSyllableS * clamp(median(extras), [leastExtra, mostExtra]) };
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}
