import type { Frames } from './analyse-frames.ts';
import { framesPerSecond } from './analyse-frames.ts';
import type { Decimated } from './decimate.ts';
import { Scratch } from './scratch.ts';

const lowestHz = 70;
const highestHz = 420;
/** Pitch needs no more, and a lag is a tenth of the shortest period then. */
const enoughHz = 4_000;
const windowS = 0.032;
/** A shorter period is believed when it repeats nearly as well as the best: what repeats does so at twice its period too. */
const octaveShare = 0.9;

/** Fills in pitch and voicing of the frames that are louder than that, by autocorrelation, every 20 ms. */
export function findPitch({ samples, rateHz }: Decimated, frames: Frames, aboveDb: number): void {
  const factor = Math.max(1, Math.floor(rateHz / enoughHz));
  const slow = average(samples, factor);
  const slowHz = rateHz / factor;
  const window = Math.round(windowS * slowHz);
  const fewest = Math.floor(slowHz / highestHz);
  const most = Math.ceil(slowHz / lowestHz);
  const matches = new Float64Array(most + 2);
  for (let frame = 0; frame < frames.count; frame += 2) {
    if ((frames.levelDb[frame] ?? 0) < aboveDb && (frames.levelDb[frame + 1] ?? -Infinity) < aboveDb)
      continue;
    const centre = Math.round(((frame + 1) * slowHz) / framesPerSecond);
    const from = Math.max(
      0,
      Math.min(slow.length - window - most - 2, centre - Math.floor((window + most) / 2)),
    );
    const best = correlate(slow, { from, window, fewest, most, matches });
    if (best.lag === 0) continue;
    for (const at of [frame, frame + 1]) {
      if (at >= frames.count) continue;
      frames.voicing[at] = best.match;
      frames.pitchHz[at] = slowHz / best.lag;
    }
  }
}

interface Search {
  from: number;
  window: number;
  fewest: number;
  most: number;
  matches: Float64Array;
}

/** The period in samples, with a fraction, and how well it repeats. */
function correlate(
  samples: Float32Array,
  { from, window, fewest, most, matches }: Search,
): { lag: number; match: number } {
  let own = 1e-9;
  for (let at = from; at < from + window; at++) own += (samples[at] ?? 0) * (samples[at] ?? 0);
  let shifted = 1e-9;
  for (let at = from + fewest - 1; at < from + fewest - 1 + window; at++) {
    shifted += (samples[at] ?? 0) * (samples[at] ?? 0);
  }
  let best = 0;
  for (let lag = fewest - 1; lag <= most + 1; lag++) {
    let product = 0;
    for (let at = from; at < from + window; at++) product += (samples[at] ?? 0) * (samples[at + lag] ?? 0);
    const match = product / Math.sqrt(own * Math.max(shifted, 1e-9));
    matches[lag] = match;
    if (lag >= fewest && lag <= most) best = Math.max(best, match);
    const [leaves, enters] = [samples[from + lag] ?? 0, samples[from + lag + window] ?? 0];
    shifted += enters * enters - leaves * leaves;
  }
  for (let lag = fewest; lag <= most; lag++) {
    const here = matches[lag] ?? 0;
    const before = matches[lag - 1] ?? 0;
    const after = matches[lag + 1] ?? 0;
    if (here < best * octaveShare || here < before || here < after || here <= 0) continue;
    const bend = before - 2 * here + after;
    return { lag: bend < 0 ? lag + (before - after) / (2 * bend) : lag, match: Math.min(1, here) };
  }
  return { lag: 0, match: 0 };
}

const scratch = new Scratch();

function average(samples: Float32Array, factor: number): Float32Array {
  if (factor === 1) return samples;
  const result = scratch.take(Math.floor(samples.length / factor));
  for (let index = 0; index < result.length; index++) {
    let sum = 0;
    for (let at = index * factor; at < (index + 1) * factor; at++) sum += samples[at] ?? 0;
    result[index] = sum / factor;
  }
  return result;
}
