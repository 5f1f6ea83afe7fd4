import { quantile } from '../bench/report.ts';
import type { Injury } from './run-plan.ts';

/** Milliseconds; null when there was none. */
export interface Quantiles {
  p50: number | null;
  p99: number | null;
  max: number | null;
}

/** What became of one fault over a run. */
export interface Recovery {
  fault: string;
  count: number;
  /** Until it was noticed; unknown for faults outside our processes. */
  detectionMs: Quantiles;
  /** Of those that healed. */
  recoveryMs: Quantiles;
  notHealed: number;
  falseKills: number;
  /** The figures that only this fault has, in milliseconds. */
  figures: Record<string, Quantiles>;
}

/** One row per fault that was caused, in the order of the first of each. Pure. */
export function recoveries(injuries: Injury[]): Recovery[] {
  return [...Map.groupBy(injuries, ({ fault }) => fault)].map(([fault, list]) => {
    const names = new Set(list.flatMap(({ figures }) => Object.keys(figures)));
    return {
      fault,
      count: list.length,
      detectionMs: quantiles(list.flatMap(({ detectionMs }) => detectionMs ?? [])),
      recoveryMs: quantiles(list.flatMap(({ recoveryMs }) => recoveryMs ?? [])),
      notHealed: list.filter(({ recoveryMs }) => recoveryMs === null).length,
      falseKills: list.reduce((sum, { falseKills }) => sum + falseKills.length, 0),
      figures: Object.fromEntries(
        [...names].map((name) => [name, quantiles(list.flatMap(({ figures }) => figures[name] ?? []))]),
      ),
    };
  });
}

function quantiles(values: number[]): Quantiles {
  if (values.length === 0) return { p50: null, p99: null, max: null };
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: Math.max(...values) };
}
