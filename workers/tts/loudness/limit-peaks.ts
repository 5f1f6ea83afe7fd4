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
 * that moves between two samples may leave a hundredth of a dB of a peak.
 */
export function limitPeaks(samples: Float32Array, { sampleRateHz, factor, peaks, ceiling }: LimitOptions) {
  const ahead = Math.max(1, Math.round((sampleRateHz * attackMs) / 1_000));
  const gains = new Float32Array(samples.length).fill(1);
  let isLimited = false;
  for (let at = 0; at < gains.length; at++) {
    const peak = (peaks[at] ?? 0) * factor;
    if (peak <= ceiling) continue;
    isLimited = true;
    lower(gains, { from: Math.max(0, at - ahead), to: at, most: ceiling / peak });
  }
  if (isLimited) release(gains, sampleRateHz);
  // Two means make a smoother way down than one; together they reach as far back as the look ahead, so no peak is missed.
  const firstMean = Math.ceil(ahead / 2);
  const smooth = isLimited ? runningMean(runningMean(gains, firstMean), ahead - firstMean + 1) : gains;
  return { isLimited, samples: multiply(samples, factor, smooth) };
}

function lower(gains: Float32Array, { from, to, most }: { from: number; to: number; most: number }): void {
  for (let at = from; at <= to; at++) if ((gains[at] ?? 1) > most) gains[at] = most;
}

/** Comes back from each low point slowly, in place. */
function release(gains: Float32Array, sampleRateHz: number): void {
  const stays = Math.exp(-1_000 / (releaseMs * sampleRateHz));
  let last = gains[0] ?? 1;
  for (let at = 0; at < gains.length; at++) {
    last = Math.min(gains[at] ?? 1, 1 - (1 - last) * stays);
    gains[at] = last;
  }
}

/** At each point the mean of it and those before it, `length` of them; before the first all are as the first. */
function runningMean(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(values.length);
  const first = values[0] ?? 1;
  const begin = Math.min(length, values.length);
  let sum = first * length;
  for (let at = 0; at < begin; at++) {
    sum += (values[at] ?? 1) - first;
    result[at] = sum / length;
  }
  for (let at = begin; at < values.length; at++) {
    sum += (values[at] ?? 1) - (values[at - length] ?? 1);
    result[at] = sum / length;
  }
  return result;
}

function multiply(samples: Float32Array, factor: number, gains: Float32Array): Float32Array {
  const result = new Float32Array(samples.length);
  for (let at = 0; at < result.length; at++) result[at] = (samples[at] ?? 0) * factor * (gains[at] ?? 1);
  return result;
}
