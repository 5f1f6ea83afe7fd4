/** Points between two samples that are looked at, the sample itself among them. */
const phases = 4;
/** Samples on either side that count. */
const half = 12;
const width = 2 * half;

/**
 * The largest value at each sample and up to the next, for a signal on its way to a loudspeaker: between two samples the sound may
 * go higher than at both (ITU-R BS.1770-4, annex 2). Looked for only where a sample reaches `from`; elsewhere it is the sample itself.
 */
export function findPeaks(samples: Float32Array, from: number): Float32Array {
  const peaks = new Float32Array(samples.length);
  let next = Math.abs(samples[0] ?? 0);
  for (let at = 0; at < samples.length; at++) {
    const here = next;
    next = Math.abs(samples[at + 1] ?? 0);
    peaks[at] = here < from && next < from ? here : Math.max(here, between(samples, at));
  }
  return peaks;
}

function between(samples: Float32Array, at: number): number {
  let largest = 0;
  const first = at - half + 1;
  const begin = Math.max(0, -first);
  const end = Math.min(width, samples.length - first);
  for (let phase = 1; phase < phases; phase++) {
    let sum = 0;
    for (let tap = begin, weight = (phase - 1) * width + begin; tap < end; tap++, weight++)
      sum += (samples[first + tap] ?? 0) * (weights[weight] ?? 0);
    largest = Math.max(largest, Math.abs(sum));
  }
  return largest;
}

/** A windowed sinc; one row per point between two samples. */
const weights = Float64Array.from({ length: (phases - 1) * width }, (_, index) => {
  const phase = 1 + Math.floor(index / width);
  const x = (index % width) - half + 1 - phase / phases;
  const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half);
  return (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
});
