import { outputRateHz } from './format.ts';

interface Kernel {
  phases: number;
  /** Taps on either side of the point. */
  half: number;
  /** One row of `2 * half` weights per phase; each row sums to 1. */
  table: Float32Array;
}

const halfTaps = 16;
const maxPhases = 1_024;
/** Of the narrower of the two bands; the rest is the filter's slope. */
const passband = 0.94;
const maxKernels = 8;
const kernels = new Map<number, Kernel>();

/** How many samples at the output rate a sound of `samples` at `rateHz` has. */
export function resampledLength(samples: number, rateHz: number): number {
  return Math.ceil((samples * outputRateHz) / rateHz);
}

/**
 * Writes the resampled sound from output sample `from` on into `into`, as far as the source goes, and returns how many samples
 * that were. A windowed sinc, computed for just these samples: there is no state, so any point can be the first, and 20 ms cost
 * well under a millisecond. Values are not rounded or limited yet.
 */
export function resample(source: Int16Array, rateHz: number, from: number, into: Float32Array): number {
  const count = Math.max(0, Math.min(into.length, resampledLength(source.length, rateHz) - from));
  if (rateHz === outputRateHz) {
    for (let n = 0; n < count; n++) into[n] = source[from + n] ?? 0;
    return count;
  }
  const { phases, half, table } = kernelOf(rateHz);
  const width = 2 * half;
  for (let n = 0; n < count; n++) {
    const position = (from + n) * rateHz;
    let base = Math.floor(position / outputRateHz);
    let phase = Math.round(((position % outputRateHz) / outputRateHz) * phases);
    if (phase === phases) {
      phase = 0;
      base += 1;
    }
    const row = phase * width;
    const first = base - half + 1;
    const begin = Math.max(0, -first);
    const end = Math.min(width, source.length - first);
    let sum = 0;
    for (let tap = begin; tap < end; tap++) sum += (source[first + tap] ?? 0) * (table[row + tap] ?? 0);
    into[n] = sum;
  }
  return count;
}

function kernelOf(rateHz: number): Kernel {
  const known = kernels.get(rateHz);
  if (known) return known;
  if (kernels.size >= maxKernels) kernels.clear();
  const kernel = makeKernel(rateHz);
  kernels.set(rateHz, kernel);
  return kernel;
}

/** Odd rates need more phases than are worth having: for them the nearest phase is taken. */
function makeKernel(rateHz: number): Kernel {
  const phases = Math.min(outputRateHz / greatestCommonDivisor(rateHz, outputRateHz), maxPhases);
  const cutoff = Math.min(1, outputRateHz / rateHz) * passband;
  const half = Math.ceil(halfTaps / Math.min(1, outputRateHz / rateHz));
  const width = 2 * half;
  const table = new Float32Array(phases * width);
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < width; tap++) {
      const x = tap - half + 1 - phase / phases;
      const weight = sinc(cutoff * x) * blackman(x / half);
      table[phase * width + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < width; tap++)
      table[phase * width + tap] = (table[phase * width + tap] ?? 0) / sum;
  }
  return { phases, half, table };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** `x` from -1 to 1. */
function blackman(x: number): number {
  if (Math.abs(x) >= 1) return 0;
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
