import { frameMs, outputRateHz } from '../../../workers/audio/format.ts';
import type { Slope } from '../supervisor/slope.ts';
import { slopeWithBounds } from '../supervisor/slope.ts';

/** So many samples of a recording were there at a time, in milliseconds of a monotonic clock with any beginning. */
export interface Growth {
  atMs: number;
  samples: number;
}

export interface ClockReading {
  /** Milliseconds per hour by which the recording falls behind. */
  drift: Slope;
  /** Of each frame: how much later it came than when it comes at its best. */
  lateMs: number[];
}

export const samplesPerMs = outputRateHz / 1_000;
const hourMs = 3_600_000;

/**
 * How a recording keeps time. A frame may come late and never early, so that the earliest of each `windowMs` show the clock, and the
 * others what was between it and the file. `growth` in order, each with more samples than the one before. Pure.
 */
export function readClock(growth: Growth[], windowMs = 2_000): ClockReading {
  const [first] = growth;
  if (!first) return { drift: { slope: NaN, low: -Infinity, high: Infinity }, lateMs: [] };
  const windows = [
    ...Map.groupBy(growth, ({ atMs }) => Math.floor((atMs - first.atMs) / windowMs)).values(),
  ].map((points) => ({ points, lagMs: Math.min(...points.map(lagOf)) }));
  const drift = slopeWithBounds(
    windows.map(({ points, lagMs }) => ({ x: (points[0]?.atMs ?? 0) / hourMs, y: lagMs })),
  );
  const lateMs: number[] = [];
  let before = first.samples;
  for (const { points, lagMs } of windows)
    for (const { atMs, samples } of points) {
      // Of several that came together the first has waited longest.
      if (samples > before) lateMs.push(Math.max(0, atMs - before / samplesPerMs - frameMs - lagMs));
      before = samples;
    }
  return { drift, lateMs };
}

/**
 * The longest time for which a recording stood still between two times, beyond the 20 ms of every frame. What a successor fills up, or
 * takes from what was written too early, does not shorten it: a listener who has no buffer hears all of it. Pure.
 */
export function longestPause(growth: Growth[], fromMs: number, toMs: number): number {
  let longest = 0;
  const first = Math.max(1, growth.findLastIndex(({ atMs }) => atMs <= fromMs) + 1);
  for (let index = first; index < growth.length; index++) {
    const [before, after] = [growth[index - 1], growth[index]];
    if (!before || !after || before.atMs >= toMs) break;
    longest = Math.max(longest, after.atMs - before.atMs - frameMs);
  }
  return longest;
}

const lagOf = ({ atMs, samples }: Growth): number => atMs - samples / samplesPerMs;
