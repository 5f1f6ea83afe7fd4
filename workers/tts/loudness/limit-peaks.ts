export interface LimitOptions {
  sampleRateHz: number;
  /** The samples are multiplied by it first. */
  factor: number;
  /** Of the samples as they come: see `findPeaks`. */
  peaks: Float32Array;
  /** The most that may be heard, between samples too; full scale is 1. */
  ceiling: number;
}

/** How long before a peak the sound begins to go down. */
const attackMs = 5;
/** How fast it comes back: two thirds of the way. */
const releaseMs = 50;

/**
 * The samples times a factor, with peaks taken down to the ceiling where that is too much; `isLimited` says whether it was anywhere.
 * The whole sound is there, so it goes down before a peak comes, and smoothly: no edge is heard, only that a moment is less loud. A gain
 * that moves between two samples leaves a hundredth of a dB of a peak.
 */
export function limitPeaks(samples: Float32Array, { sampleRateHz, factor, peaks, ceiling }: LimitOptions) {
  const gains = new Float32Array(samples.length);
  let isLimited = false;
  for (let at = 0; at < gains.length; at++) {
    const peak = (peaks[at] ?? 0) * factor;
    isLimited ||= peak > ceiling;
    gains[at] = peak > ceiling ? ceiling / peak : 1;
  }
  return { isLimited, samples: multiply(samples, factor, isLimited ? smooth(gains, sampleRateHz) : gains) };
}

function smooth(gains: Float32Array, sampleRateHz: number): Float32Array {
  const ahead = Math.max(1, Math.round((sampleRateHz * attackMs) / 1_000));
  const held = release(lowestAhead(gains, ahead), sampleRateHz);
  // Two means make a smoother way down than one; together they reach as far back as the look ahead, so no peak is missed.
  const firstMean = Math.ceil(ahead / 2);
  return runningMean(runningMean(held, firstMean), ahead - firstMean + 1);
}

function multiply(samples: Float32Array, factor: number, gains: Float32Array): Float32Array {
  const result = new Float32Array(samples.length);
  for (let at = 0; at < result.length; at++) result[at] = (samples[at] ?? 0) * factor * (gains[at] ?? 1);
  return result;
}

/** At each point the lowest of it and the `ahead` points behind it. Few are below 1, so each of them is written where it is seen from. */
function lowestAhead(values: Float32Array, ahead: number): Float32Array {
  const result = values.slice();
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 1;
    if (value === 1) continue;
    for (let seen = Math.max(0, at - ahead); seen < at; seen++) {
      if ((result[seen] ?? 1) > value) result[seen] = value;
    }
  }
  return result;
}

function release(values: Float32Array, sampleRateHz: number): Float32Array {
  const stays = Math.exp(-1_000 / (releaseMs * sampleRateHz));
  let last = values[0] ?? 1;
  for (let at = 0; at < values.length; at++) {
    last = Math.min(values[at] ?? 1, 1 - (1 - last) * stays);
    values[at] = last;
  }
  return values;
}

/** At each point the mean of it and those before it, `length` of them; before the first all are as the first. */
function runningMean(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(values.length);
  const first = values[0] ?? 1;
  let sum = first * length;
  for (let at = 0; at < values.length; at++) {
    sum += (values[at] ?? 1) - (at < length ? first : (values[at - length] ?? 1));
    result[at] = sum / length;
  }
  return result;
}
