import type { Figure } from '../report.ts';
import { quantile } from '../report.ts';

interface Goals {
  p50?: number;
  p99?: number;
  /** Only then the largest has a line of its own. */
  max?: number | 'none';
}

/** Median and 99th percentile of what was measured, as lines of the table; with few values the latter is the largest. */
export function quantileFigures(what: string, unit: string, values: number[], goals: Goals): Figure[] {
  if (values.length === 0) return [];
  const line = (name: string, share: number, goal: number | undefined): Figure => ({
    what: `${what}, ${name} of ${values.length}`,
    value: quantile(values, share),
    unit,
    ...(goal === undefined ? {} : { goal }),
  });
  const { max } = goals;
  return [
    line('p50', 0.5, goals.p50),
    line('p99', 0.99, goals.p99),
    ...(max === undefined ? [] : [line('max', 1, max === 'none' ? undefined : max)]),
  ];
}
