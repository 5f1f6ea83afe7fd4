import type { Decimated } from './decimate.ts';

/** Some engines end a stream with about 40 ms of noise (seen with CosyVoice); nothing that long is mended away. */
const longestS = 0.07;
const stepS = 0.005;
const windowS = 0.01;
/** White noise has nothing in common with itself a sample later; speech, hiss of teeth too, has. */
const mostLikeness = 0.45;
/** Louder than background noise, in power. */
const leastPower = 10 ** -4.5;
const fewestSteps = 3;

/** Where a burst of noise at the very end begins, in samples of what is given; its length when there is none. */
export function findNoiseTail({ samples, rateHz }: Decimated): number {
  const step = Math.round(stepS * rateHz);
  const window = Math.round(windowS * rateHz);
  const end = soundEnd(samples, step);
  let steps = 0;
  for (let from = end - window; from >= 0; from -= step) {
    if (!isWhite(samples, from, window)) break;
    steps += 1;
    if (steps * stepS > longestS) return samples.length;
  }
  if (steps < fewestSteps) return samples.length;
  return Math.max(0, end - window - (steps - 1) * step);
}

/** Silence behind the burst is no part of it. */
function soundEnd(samples: Float32Array, step: number): number {
  let end = samples.length;
  while (end > step && power(samples, end - step, step) < leastPower) end -= step;
  return end;
}

function isWhite(samples: Float32Array, from: number, count: number): boolean {
  let own = 0;
  let first = 0;
  let second = 0;
  for (let at = from; at < from + count; at++) {
    const sample = samples[at] ?? 0;
    own += sample * sample;
    if (at + 1 < from + count) first += sample * (samples[at + 1] ?? 0);
    if (at + 2 < from + count) second += sample * (samples[at + 2] ?? 0);
  }
  if (own / count < leastPower) return false;
  return Math.abs(first) < own * mostLikeness && Math.abs(second) < own * mostLikeness;
}

function power(samples: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let at = from; at < from + count; at++) sum += (samples[at] ?? 0) * (samples[at] ?? 0);
  return sum / count;
}
