import { truePeaks, truePeakTaps } from '../../../../workers/audio/mix/true-peak.ts';

const half = 32;
const phases = 16;

/** The peak between the samples as a far finer filter sees it, which is not the one that is under test. */
export function finePeak(samples: Int16Array): number {
  const rows = Array.from({ length: phases }, (_, phase) => rowOf(phase / phases));
  let highest = 0;
  for (let at = half; at < samples.length - half; at++) {
    for (const row of rows) {
      let sum = 0;
      for (let tap = 0; tap < row.length; tap++) sum += (row[tap] ?? 0) * (samples[at - half + 1 + tap] ?? 0);
      highest = Math.max(highest, Math.abs(sum));
    }
  }
  return highest;
}

/** The peak by ITU-R BS.1770-4, Annex 2, with silence at both ends. */
export function standardPeak(samples: Int16Array): number {
  const before = truePeakTaps - 1;
  const padded = new Float64Array(samples.length + 2 * before);
  padded.set(samples, before);
  const peaks = new Float64Array(samples.length + before);
  truePeaks(padded, peaks);
  return peaks.reduce((highest, peak) => Math.max(highest, peak), 0);
}

/** A windowed sinc, for a point between two samples. */
function rowOf(fraction: number): Float64Array {
  const row = new Float64Array(2 * half);
  for (let tap = 0; tap < row.length; tap++) {
    const x = tap - half + 1 - fraction;
    const window =
      Math.abs(x) >= half
        ? 0
        : 0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half);
    row[tap] = (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * window;
  }
  return row;
}
