/** Recordings have 48 kHz; a sixth of it holds what tells one sentence from another. */
export const narrowing = 6;
const taps = 72;
const kernel = makeKernel(1_500 / 48_000);

/** A sound at 48 kHz as one at 8 kHz, without what is above 1.5 kHz: it then hardly matters where between two samples it begins. */
export function narrowSound(samples: ArrayLike<number>): Float32Array {
  const narrow = new Float32Array(Math.ceil(samples.length / narrowing));
  for (let index = 0; index < narrow.length; index++) {
    const from = index * narrowing - taps / 2;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += (samples[from + tap] ?? 0) * (kernel[tap] ?? 0);
    narrow[index] = sum;
  }
  return narrow;
}

/** A windowed sinc; `cutoff` as a share of the sampling rate. */
function makeKernel(cutoff: number): Float64Array {
  const weights = Float64Array.from({ length: taps }, (_, tap) => {
    const x = tap - taps / 2;
    const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
    return sinc * (0.54 + 0.46 * Math.cos((2 * Math.PI * x) / taps));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
