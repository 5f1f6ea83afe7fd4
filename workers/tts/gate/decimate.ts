import { Scratch } from './scratch.ts';

/** Enough for formants and syllables; everything that is counted per sample is counted at this rate. */
const leastRateHz = 8_000;
const tapsPerPhase = 6;
const fullScale = 32_768;
const scratch = new Scratch();
/** By factor. A rate below 200 kHz needs at most the 24th. */
const kernels = new Map<number, Float64Array>();

export interface Decimated {
  samples: Float32Array;
  /** 8 to 16 kHz for what was at least 8 kHz. */
  rateHz: number;
}

/** A copy at a low rate, full scale 1, with hardly anything folded down into it. Overwritten by the next call. */
export function decimate(samples: Int16Array, sampleRateHz: number): Decimated {
  const factor = Math.max(1, Math.floor(sampleRateHz / leastRateHz));
  const kernel = kernelOf(factor);
  const half = (kernel.length - 1) / 2;
  const result = scratch.take(Math.floor(samples.length / factor));
  for (let index = 0; index < result.length; index++) {
    const centre = index * factor;
    const from = Math.max(0, half - centre);
    const to = Math.min(kernel.length, half - centre + samples.length);
    let sum = 0;
    for (let tap = from, at = centre - half + from; tap < to; tap++, at++) {
      sum += (kernel[tap] ?? 0) * (samples[at] ?? 0);
    }
    result[index] = sum;
  }
  return { samples: result, rateHz: sampleRateHz / factor };
}

/** Sinc under a Hann window, with the scale of the samples in it. */
function kernelOf(factor: number): Float64Array {
  const known = kernels.get(factor);
  if (known) return known;
  const half = factor === 1 ? 0 : (tapsPerPhase * factor) / 2;
  const kernel = new Float64Array(2 * half + 1);
  let sum = 0;
  for (let tap = 0; tap < kernel.length; tap++) {
    const x = (tap - half) / factor;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    kernel[tap] = sinc * (half === 0 ? 1 : 0.5 + 0.5 * Math.cos((Math.PI * (tap - half)) / (half + 1)));
    sum += kernel[tap] ?? 0;
  }
  for (let tap = 0; tap < kernel.length; tap++) kernel[tap] = (kernel[tap] ?? 0) / sum / fullScale;
  kernels.set(factor, kernel);
  return kernel;
}
