import type { SeededRandom } from './seeded-random.ts';

/** How a viewer gives one gift. Items given = presses × groupCount. */
export type StreakShape = {
  /** Number of presses, each of which raises combo_count by one. */
  readonly presses: number;
  /** Items per press: 1, or a preset such as 66 or 188. */
  readonly groupCount: number;
  readonly combo: boolean;
  readonly intervalMs: number;
  /** Leave out some counts (never the last) and swap some neighbours, as recorded rooms do. */
  readonly unsteady: boolean;
  /** Send the copy of the last count that ends a streak; large gifts often have none. */
  readonly end: boolean;
  /** Quiet time before that copy; null: 2 to 4 s as recorded. */
  readonly quietMs: number | null;
};

/** One message of a streak; all counts are cumulative. `atMs` counts from the first press. */
export type StreakStep = {
  readonly atMs: number;
  readonly groupCount: number;
  readonly comboCount: number;
  readonly repeatCount: number;
  readonly totalCount: number;
  readonly repeatEnd: boolean;
  /** 4 combo, 1 plain, 0 instant multi. */
  readonly sendType: number;
};

/**
 * Lays out the messages of one streak.
 *
 * Facts of recorded rooms: counts skip values and arrive out of order; the end is one more message that repeats the
 * final count, 2 to 4 s after it (3 s in 61 % of the cases).
 */
export function planStreak(shape: StreakShape, random: SeededRandom): StreakStep[] {
  const combos = pressesShown(shape, random);
  const sendType = shape.groupCount > 1 ? 0 : shape.combo ? 4 : 1;
  const step = (atMs: number, comboCount: number, repeatEnd: boolean): StreakStep => ({
    atMs,
    groupCount: shape.groupCount,
    comboCount,
    repeatCount: shape.groupCount * comboCount,
    totalCount: shape.groupCount * comboCount,
    repeatEnd,
    sendType,
  });
  const steps = combos.map((comboCount, index) => step(index * shape.intervalMs, comboCount, false));
  if (shape.end) {
    const last = (combos.length - 1) * shape.intervalMs;
    const quiet = shape.quietMs ?? random.pick([3000, 3000, 3000, 2000, 4000]);
    steps.push(step(last + quiet, shape.presses, true));
  }
  return steps;
}

function pressesShown(shape: StreakShape, random: SeededRandom): number[] {
  const all = Array.from({ length: shape.presses }, (_, index) => index + 1);
  if (!shape.unsteady) return all;
  const shown = all.filter((press) => press === shape.presses || !random.chance(0.25));
  for (let index = 0; index + 1 < shown.length; index++) {
    if (!random.chance(0.1)) continue;
    const [early, late] = [shown[index], shown[index + 1]];
    if (early === undefined || late === undefined) continue;
    shown[index] = late;
    shown[index + 1] = early;
    index++;
  }
  return shown;
}
