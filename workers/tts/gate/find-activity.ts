import type { Frames } from './analyse-frames.ts';
import { framesPerSecond } from './analyse-frames.ts';

/** Speech has this range; what is quieter beside it is a pause. */
const rangeDb = 32;
const aboveNoiseDb = 8;
/** However much noise there is, this near to the loudest it is speech. */
const leastRangeDb = 15;
const loudShare = 0.95;
const quietShare = 0.1;
/** The closure of a stop lasts so long, and belongs to the word; what is longer of a gap is a pause. */
const closureS = 0.08;
const shortestPauseS = 0.15;
/** Level of a sound without a single frame. */
const nothingDb = -100;
/** Shorter than any sound of speech: a click. */
const shortestFrames = 3;

/** Where there is sound, in frames. */
export interface Activity {
  /** Level of the loud parts, dBFS. */
  loudDb: number;
  thresholdDb: number;
  /** First frame with sound, and the one behind the last; both 0 when there is none. */
  first: number;
  end: number;
  isActive: Uint8Array;
  activeFrames: number;
  /** From first to last without the pauses, in seconds. */
  speechS: number;
  pauses: number;
  longestPauseS: number;
}

export function findActivity({ levelDb, count }: Frames): Activity {
  const sorted = levelDb.toSorted();
  const loudDb = sorted[Math.floor(count * loudShare)] ?? nothingDb;
  const noiseDb = sorted[Math.floor(count * quietShare)] ?? nothingDb;
  const thresholdDb = Math.max(loudDb - rangeDb, Math.min(noiseDb + aboveNoiseDb, loudDb - leastRangeDb));
  const isActive = new Uint8Array(count);
  let activeFrames = 0;
  for (let frame = 0; frame < count; frame++) {
    let end = frame;
    while (end < count && (levelDb[end] ?? 0) > thresholdDb) end += 1;
    if (end - frame >= shortestFrames) {
      isActive.fill(1, frame, end);
      activeFrames += end - frame;
    }
    frame = Math.max(frame, end);
  }
  const first = Math.max(0, isActive.indexOf(1));
  const end = isActive.lastIndexOf(1) + 1;
  let silent = 0;
  let pauses = 0;
  let paused = 0;
  let longest = 0;
  for (let frame = first; frame < end; frame++) {
    if (!isActive[frame]) {
      silent += 1;
      continue;
    }
    longest = Math.max(longest, silent);
    if (silent >= shortestPauseS * framesPerSecond) pauses += 1;
    paused += Math.max(0, silent - closureS * framesPerSecond);
    silent = 0;
  }
  return {
    loudDb,
    thresholdDb,
    first,
    end,
    isActive,
    activeFrames,
    speechS: (end - first - paused) / framesPerSecond,
    pauses,
    longestPauseS: longest / framesPerSecond,
  };
}
