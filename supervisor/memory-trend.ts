import { fitLine, trendCertainty } from './theil-sen.ts';
import type { Point } from './theil-sen.ts';

/**
 * How the memory of one process went since its start, in a bounded number of points: the least of each slot of time, which is what
 * stays after a garbage collection. When they become too many, slots are joined in pairs, so that points stay evenly spread.
 */
export interface MemoryTrend {
  startedAt: number;
  slotMs: number;
  /** Oldest first; `at` is the beginning of a slot. The last slot is still open. */
  points: Point[];
}

/**
 * - `unknown`: too few points, or over too short a time.
 * - `flat`: nothing that chance would not do.
 * - `memory-trend`: it grows, and will reach the soft limit in `softInMs`.
 */
export interface TrendVerdict {
  kind: 'unknown' | 'flat' | 'memory-trend';
  /** 0 while unknown. */
  mbPerHour: number;
  /** Until the soft limit when it goes on like this; Infinity when it does not grow, 0 when it is beyond. */
  softInMs: number;
}

const warmUpMs = 120_000;
const maxPoints = 60;
const firstSlotMs = 10_000;
const keptMs = 21_600_000;
const leastPoints = 20;
const leastSpanMs = 600_000;
/** One in 700 by chance alone; more often when values depend on their predecessors, so a least rise is asked for as well. */
const leastCertainty = 3;
const leastRiseMb = 4;
const leastRiseShare = 0.02;
const hourMs = 3_600_000;

export function newTrend(startedAt: number): MemoryTrend {
  return { startedAt, slotMs: firstSlotMs, points: [] };
}

/** Takes a sample into account; those of the first two minutes, when a process still fills its caches, are left out. */
export function addToTrend(trend: MemoryTrend, at: number, rssMb: number): MemoryTrend {
  const { startedAt } = trend;
  if (at - startedAt < warmUpMs) return trend;
  let { slotMs } = trend;
  const last = trend.points.at(-1);
  // Nothing new in the slot that is open: so most samples end, each second for each child.
  if (last && rssMb >= last.value && at - last.at < slotMs) return trend;
  let points = trend.points.filter((point) => at - point.at <= keptMs);
  points = join([...points, { at, value: rssMb }], startedAt, slotMs);
  if (points.length > maxPoints) {
    slotMs *= 2;
    points = join(points, startedAt, slotMs);
  }
  return { startedAt, slotMs, points };
}

export function judgeTrend(trend: MemoryTrend, now: number, softMb: number): TrendVerdict {
  // The open slot has seen less, so its least is higher than those of the others.
  const points = trend.points.slice(0, -1);
  const spanMs = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  if (points.length < leastPoints || spanMs < leastSpanMs)
    return { kind: 'unknown', mbPerHour: 0, softInMs: Infinity };
  const { slope, valueAt } = fitLine(points);
  const mbPerHour = Math.round(slope * hourMs * 10) / 10;
  const isRising =
    trendCertainty(points) >= leastCertainty &&
    slope * spanMs >= Math.max(leastRiseMb, softMb * leastRiseShare);
  if (!isRising) return { kind: 'flat', mbPerHour, softInMs: Infinity };
  const softInMs = Math.max(0, Math.round((softMb - valueAt(now)) / slope));
  return { kind: 'memory-trend', mbPerHour, softInMs };
}

function join(points: Point[], startedAt: number, slotMs: number): Point[] {
  const slots = new Map<number, number>();
  for (const { at, value } of points) {
    const slot = startedAt + Math.floor((at - startedAt) / slotMs) * slotMs;
    slots.set(slot, Math.min(slots.get(slot) ?? Infinity, value));
  }
  return [...slots].map(([at, value]) => ({ at, value }));
}
