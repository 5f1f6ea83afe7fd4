const fullScale = 32_768;
/** 0.999 of full scale; and so much of its own peak for what was made softer after it had been clipped. */
const clipLevel = 32_735;
const plateauShare = 0.97;
const plateauRun = 3;
/** Both sides of a sample that came out with the opposite sign. */
const wrapSide = 20_000;
/** What wraps is a few samples around a peak. */
const longestWrap = 8;

/** What can be told sample by sample. */
export interface SampleFigures {
  /** Largest of either sign, 0 to 1; samples that wrapped count as what they were. */
  peak: number;
  /** −1 to 1. */
  mean: number;
  rms: number;
  /** Exact zeros at the end. */
  trailingZeros: number;
  /** Share of samples in runs of at least three at full scale, or of equal ones near the peak. */
  clippedShare: number;
  /** First and last index of each run of samples that wrapped, in pairs. */
  wraps: number[];
}

export function scanSamples(samples: Int16Array): SampleFigures {
  const { length } = samples;
  let highest = 0;
  let sum = 0;
  let squares = 0;
  let last = -1;
  for (let at = 0; at < length; at++) {
    const sample = samples[at] ?? 0;
    if (sample !== 0) last = at;
    sum += sample;
    squares += sample * sample;
    const size = sample < 0 ? -sample : sample;
    if (size > highest) highest = size;
  }
  return {
    peak: Math.min(1, highest / (fullScale - 1)),
    mean: length === 0 ? 0 : sum / length / fullScale,
    rms: length === 0 ? 0 : Math.sqrt(squares / length) / fullScale,
    trailingZeros: length - 1 - last,
    clippedShare: highest === 0 ? 0 : countClipped(samples, highest) / length,
    wraps: highest > wrapSide ? findWraps(samples) : [],
  };
}

function countClipped(samples: Int16Array, highest: number): number {
  const near = Math.min(clipLevel, highest * plateauShare);
  let clipped = 0;
  for (let at = 0; at < samples.length; at++) {
    const begin = samples[at] ?? 0;
    if (begin < near && begin > -near) continue;
    let end = at + 1;
    while (end < samples.length && isSame(samples[end] ?? 0, begin)) end += 1;
    if (end - at >= plateauRun) clipped += end - at;
    at = end - 1;
  }
  return clipped;
}

function isSame(sample: number, begin: number): boolean {
  return sample === begin || (sample >= clipLevel && begin > 0) || (sample <= -clipLevel && begin < 0);
}

/** Runs between two jumps through all of the range, with the other sign on both sides. */
function findWraps(samples: Int16Array): number[] {
  const wraps: number[] = [];
  for (let at = 1; at < samples.length; at++) {
    const before = samples[at - 1] ?? 0;
    const begin = samples[at] ?? 0;
    if (before <= wrapSide && before >= -wrapSide) continue;
    const falls = before > 0;
    if (!isBeyond(begin, falls)) continue;
    let end = at;
    while (end < samples.length && end - at < longestWrap && isBeyond(samples[end] ?? 0, falls)) end += 1;
    const after = samples[end] ?? 0;
    // A peak may be the last sample, and it may fall so steeply that what comes after is not large.
    if (end - at >= longestWrap || (falls ? after < 0 : after > 0)) continue;
    wraps.push(at, end - 1);
    at = end;
  }
  return wraps;
}

const isBeyond = (sample: number, falls: boolean) => (falls ? sample < -wrapSide : sample > wrapSide);
