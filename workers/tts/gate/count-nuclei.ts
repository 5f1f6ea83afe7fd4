import type { Frames } from './analyse-frames.ts';
import type { Activity } from './find-activity.ts';

/** After de Jong and Wempe, "Praat script to detect syllable nuclei and measure speech rate automatically" (2009). */
const rangeDb = 25;
const dipDb = 2;
const leastVoicing = 0.4;
/** Frames on each side over which the level is averaged: what is faster is a period of the voice, no syllable. */
const reach = 2;

/** How many vowels are heard: peaks of the level with a dip on both sides, where the voice is. */
export function countNuclei(frames: Frames, activity: Activity): number {
  const level = smooth(frames.vowelDb, frames.count);
  const loudest = level.reduce((most, value) => Math.max(most, value), -Infinity);
  let nuclei = 0;
  let isRising = true;
  let peak = -Infinity;
  let peakFrame = 0;
  let valley = Infinity;
  const take = () => {
    if (peak >= loudest - rangeDb && isVoiced(frames, peakFrame) && activity.isActive[peakFrame]) nuclei += 1;
  };
  for (let frame = activity.first; frame < activity.end; frame++) {
    const value = level[frame] ?? -Infinity;
    if (isRising) {
      if (value > peak) {
        peak = value;
        peakFrame = frame;
      } else if (value < peak - dipDb) {
        take();
        isRising = false;
        valley = value;
      }
    } else if (value < valley) {
      valley = value;
    } else if (value > valley + dipDb) {
      isRising = true;
      peak = value;
      peakFrame = frame;
    }
  }
  // The end of the sound is a dip too.
  if (isRising && peak > -Infinity) take();
  return nuclei;
}

function isVoiced({ voicing }: Frames, frame: number): boolean {
  return Math.max(voicing[frame - 1] ?? 0, voicing[frame] ?? 0, voicing[frame + 1] ?? 0) >= leastVoicing;
}

function smooth(values: Float32Array, count: number): Float32Array {
  const result = new Float32Array(count);
  for (let frame = 0; frame < count; frame++) {
    const from = Math.max(0, frame - reach);
    const end = Math.min(count, frame + reach + 1);
    let sum = 0;
    for (let at = from; at < end; at++) sum += values[at] ?? 0;
    result[frame] = sum / (end - from);
  }
  return result;
}
