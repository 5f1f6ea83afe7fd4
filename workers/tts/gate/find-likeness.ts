import type { Frames } from './analyse-frames.ts';
import { bandCount } from './analyse-frames.ts';
import type { Activity } from './find-activity.ts';

/** Above it there is a voice, not noise. */
const voicedFrom = 0.5;
/** Pitch is where it is certain. */
const pitchFrom = 0.75;
const fewestPitched = 8;

/** How much a sound is like speech. Medians and means over the frames that are not pauses. */
export interface SpeechLikeness {
  flatness: number;
  voicedShare: number;
  /** By how many dB the bands go up and down, each for itself. */
  movementDb: number;
  /** 0 when too little of it is voiced. */
  pitchHz: number;
  /** Level of the last 20 ms of sound against the loud parts, dB. */
  endDb: number;
}

export function findLikeness(
  frames: Frames,
  { isActive, activeFrames, loudDb, end }: Activity,
): SpeechLikeness {
  const flatness = new Float32Array(activeFrames);
  const pitches: number[] = [];
  const sums = new Float64Array(bandCount);
  const squares = new Float64Array(bandCount);
  let voiced = 0;
  let active = 0;
  for (let frame = 0; frame < frames.count; frame++) {
    if (!isActive[frame]) continue;
    flatness[active] = frames.flatness[frame] ?? 0;
    active += 1;
    const voicing = frames.voicing[frame] ?? 0;
    if (voicing >= voicedFrom) voiced += 1;
    if (voicing >= pitchFrom) pitches.push(frames.pitchHz[frame] ?? 0);
    for (let band = 0; band < bandCount; band++) {
      const value = frames.bandsDb[frame * bandCount + band] ?? 0;
      sums[band] = (sums[band] ?? 0) + value;
      squares[band] = (squares[band] ?? 0) + value * value;
    }
  }
  let movement = 0;
  for (let band = 0; band < bandCount; band++) {
    const mean = (sums[band] ?? 0) / Math.max(1, active);
    movement += Math.sqrt(Math.max(0, (squares[band] ?? 0) / Math.max(1, active) - mean * mean)) / bandCount;
  }
  pitches.sort((a, b) => a - b);
  const last = Math.max(frames.levelDb[end - 2] ?? -100, frames.levelDb[end - 1] ?? -100);
  return {
    flatness: flatness.toSorted()[Math.floor(activeFrames / 2)] ?? 0,
    voicedShare: voiced / Math.max(1, active),
    movementDb: movement,
    pitchHz: pitches.length < fewestPitched ? 0 : (pitches[Math.floor(pitches.length / 2)] ?? 0),
    endDb: activeFrames === 0 ? -100 : last - loudDb,
  };
}
