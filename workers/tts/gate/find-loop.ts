import type { Frames } from './analyse-frames.ts';
import { bandCount, framesPerSecond } from './analyse-frames.ts';
import type { Activity } from './find-activity.ts';

const shortestLagS = 0.12;
const longestLagS = 1.6;
/** Quieter parts of the spectrum are noise, which never repeats. */
const rangeDb = 45;
/** Cosine of the angle between two spectra of one sound, each against the usual one. */
const likeness = 0.93;
/** A copy differs from the original only by where the frames fall. */
const copyDb = 2.5;
const heldLagS = 0.12;
/** Frames in a row that may differ: where the pieces are joined. */
const patience = 3;

/** How long a sound goes on being like what it was a while before, in seconds; pauses do not count. */
export interface LoopFigures {
  /** Like it, at whatever lag. */
  similarS: number;
  similarLagS: number;
  /** The same, hardly to be told from it. */
  copiedS: number;
  copiedLagS: number;
  /** Like itself all the time: one sound that is held. */
  heldS: number;
}

export function findLoop(frames: Frames, { isActive, first, end }: Activity): LoopFigures {
  const result = { similarS: 0, similarLagS: 0, copiedS: 0, copiedLagS: 0, heldS: 0 };
  const count = end - first;
  const shapes = usualTaken(frames, { isActive, first, count });
  const norms = new Float32Array(count);
  for (let frame = 0; frame < count; frame++) {
    let sum = 0;
    for (let at = frame * bandCount, stop = at + bandCount; at < stop; at++) {
      sum += (shapes[at] ?? 0) * (shapes[at] ?? 0);
    }
    norms[frame] = sum;
  }
  const most = Math.min(count - 1, Math.round(longestLagS * framesPerSecond));
  for (let lag = Math.round(shortestLagS * framesPerSecond); lag <= most; lag++) {
    const runs = longestRuns(shapes, { norms, isActive, first, count, lag });
    const lagS = lag / framesPerSecond;
    const [similarS, copiedS] = [runs.similar / framesPerSecond, runs.copied / framesPerSecond];
    if (similarS > result.similarS) Object.assign(result, { similarS, similarLagS: lagS });
    if (copiedS > result.copiedS) Object.assign(result, { copiedS, copiedLagS: lagS });
    if (lagS <= heldLagS) result.heldS = similarS;
  }
  return result;
}

interface Lagged {
  norms: Float32Array;
  isActive: Uint8Array;
  first: number;
  count: number;
  lag: number;
}

const longest = { similar: 0, copied: 0 };

/** Longest runs of frames that are like the one `lag` before. The result is overwritten by the next call. */
function longestRuns(shapes: Float32Array, { norms, isActive, first, count, lag }: Lagged): typeof longest {
  longest.similar = 0;
  longest.copied = 0;
  let similar = 0;
  let similarMisses = 0;
  let copied = 0;
  let copiedMisses = 0;
  for (let frame = lag; frame < count; frame++) {
    // Pauses are alike, which says nothing: they neither add nor break.
    if (!isActive[first + frame] && !isActive[first + frame - lag]) continue;
    let product = 0;
    for (
      let band = 0, a = frame * bandCount, b = (frame - lag) * bandCount;
      band < bandCount;
      band++, a++, b++
    ) {
      product += (shapes[a] ?? 0) * (shapes[b] ?? 0);
    }
    const [own, other] = [norms[frame] ?? 0, norms[frame - lag] ?? 0];
    if (product > likeness * Math.sqrt(own * other)) {
      similar += 1;
      similarMisses = 0;
      if (similar > longest.similar) longest.similar = similar;
    } else if (++similarMisses > patience) {
      similar = 0;
    }
    if (own + other - 2 * product < copyDb * copyDb * bandCount) {
      copied += 1;
      copiedMisses = 0;
      if (copied > longest.copied) longest.copied = copied;
    } else if (++copiedMisses > patience) {
      copied = 0;
    }
  }
  return longest;
}

/** The bands of the frames, each less what it usually is in this sound. */
function usualTaken(
  { bandsDb }: Frames,
  { isActive, first, count }: { isActive: Uint8Array; first: number; count: number },
): Float32Array {
  const shapes = bandsDb.slice(first * bandCount, (first + count) * bandCount);
  let loudest = -Infinity;
  for (let at = 0; at < shapes.length; at++) loudest = Math.max(loudest, shapes[at] ?? 0);
  const usual = new Float64Array(bandCount);
  let active = 0;
  for (let frame = 0, at = 0; frame < count; frame++) {
    if (isActive[first + frame]) active += 1;
    for (let band = 0; band < bandCount; band++, at++) {
      shapes[at] = Math.max(loudest - rangeDb, shapes[at] ?? 0);
      if (isActive[first + frame]) usual[band] = (usual[band] ?? 0) + (shapes[at] ?? 0);
    }
  }
  for (let at = 0; at < shapes.length; at++) {
    shapes[at] = (shapes[at] ?? 0) - (usual[at % bandCount] ?? 0) / Math.max(1, active);
  }
  return shapes;
}
