import type { Frames } from './analyse-frames.ts';
import { bandCount, framesPerSecond } from './analyse-frames.ts';
import type { Activity } from './find-activity.ts';
import { Scratch } from './scratch.ts';

const shortestLagS = 0.12;
const longestLagS = 1.6;
/** Quieter parts of the spectrum are noise, which never repeats. */
const rangeDb = 45;
/** Cosine of the angle between two spectra of one sound, each against the usual one. */
const likeness = 0.93;
/** A copy differs from the original only by where the frames fall. */
const copyDb = 2.5;
const heldLagS = 0.12;
/** What a frame that differs takes from what those before it have gained: where the pieces are joined, some do. */
const penalty = 1.5;
/** At each lag every third frame is looked at first; all of them only when so many in a row are alike. */
const coarseStep = 3;
const coarseGain = 4;

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

const shapeScratch = new Scratch();
const normScratch = new Scratch();

export function findLoop(frames: Frames, { isActive, first, end }: Activity): LoopFigures {
  const result = { similarS: 0, similarLagS: 0, copiedS: 0, copiedLagS: 0, heldS: 0 };
  const count = end - first;
  const active = isActive.subarray(first, end);
  const shapes = shapeScratch.take(count * bandCount);
  shapes.set(frames.bandsDb.subarray(first * bandCount, end * bandCount));
  takeUsual(shapes, active);
  const norms = normScratch.take(count);
  for (let frame = 0; frame < count; frame++) norms[frame] = product(shapes, frame, frame);

  const most = Math.min(count - 1, Math.round(longestLagS * framesPerSecond));
  for (let lag = Math.round(shortestLagS * framesPerSecond); lag <= most; lag++) {
    const lagS = lag / framesPerSecond;
    compare({ shapes, norms, active, lag, step: coarseStep });
    if (gains.similar < coarseGain && lagS > heldLagS) continue;
    compare({ shapes, norms, active, lag, step: 1 });
    const [similarS, copiedS] = [gains.similar / framesPerSecond, gains.copied / framesPerSecond];
    if (similarS > result.similarS) Object.assign(result, { similarS, similarLagS: lagS });
    if (copiedS > result.copiedS) Object.assign(result, { copiedS, copiedLagS: lagS });
    if (lagS <= heldLagS) result.heldS = similarS;
  }
  return result;
}

interface Lagged {
  shapes: Float32Array;
  norms: Float32Array;
  active: Uint8Array;
  lag: number;
  step: number;
}

/** The most that frames in a row have gained by being like those `lag` before them. Overwritten by each comparison. */
const gains = { similar: 0, copied: 0 };

function compare({ shapes, norms, active, lag, step }: Lagged): void {
  gains.similar = 0;
  gains.copied = 0;
  let similar = 0;
  let copied = 0;
  for (let frame = lag; frame < active.length; frame += step) {
    // Pauses are alike, which says nothing: they neither add nor take.
    if (!active[frame] && !active[frame - lag]) continue;
    const common = product(shapes, frame, frame - lag);
    const [own, other] = [norms[frame] ?? 0, norms[frame - lag] ?? 0];
    similar = common > likeness * Math.sqrt(own * other) ? similar + 1 : Math.max(0, similar - penalty);
    if (similar > gains.similar) gains.similar = similar;
    copied =
      own + other - 2 * common < copyDb * copyDb * bandCount ? copied + 1 : Math.max(0, copied - penalty);
    if (copied > gains.copied) gains.copied = copied;
  }
}

function product(shapes: Float32Array, one: number, other: number): number {
  let sum = 0;
  for (let band = 0, a = one * bandCount, b = other * bandCount; band < bandCount; band++, a++, b++) {
    sum += (shapes[a] ?? 0) * (shapes[b] ?? 0);
  }
  return sum;
}

/** Leaves of each band what is not usual in this sound, in place. */
function takeUsual(shapes: Float32Array, active: Uint8Array): void {
  let loudest = -Infinity;
  for (let at = 0; at < shapes.length; at++) loudest = Math.max(loudest, shapes[at] ?? 0);
  const usual = new Float64Array(bandCount);
  let counted = 0;
  for (let frame = 0, at = 0; frame < active.length; frame++) {
    if (active[frame]) counted += 1;
    for (let band = 0; band < bandCount; band++, at++) {
      shapes[at] = Math.max(loudest - rangeDb, shapes[at] ?? 0);
      if (active[frame]) usual[band] = (usual[band] ?? 0) + (shapes[at] ?? 0);
    }
  }
  for (let at = 0; at < shapes.length; at++) {
    shapes[at] = (shapes[at] ?? 0) - (usual[at % bandCount] ?? 0) / Math.max(1, counted);
  }
}
