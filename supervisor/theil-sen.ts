/** A value at a time; any units, the same for all. */
export interface Point {
  at: number;
  value: number;
}

export interface Line {
  /** Value per unit of time. */
  slope: number;
  valueAt: (at: number) => number;
}

/**
 * The Theil–Sen line: the median of all slopes between two points, so that a third of them may be outliers without bending it.
 * Grows with the square of the points: 60 of them give 1,770 slopes.
 */
export function fitLine(points: Point[]): Line {
  const slopes = points.flatMap((from, index) =>
    points
      .slice(index + 1)
      .flatMap((to) => (to.at > from.at ? [(to.value - from.value) / (to.at - from.at)] : [])),
  );
  const slope = median(slopes);
  const base = median(points.map(({ at, value }) => value - slope * at));
  return { slope, valueAt: (at) => base + slope * at };
}

/**
 * How sure it is that values rise (positive) or fall, by Mann and Kendall: in standard deviations of what chance alone would do.
 * Points must be in the order of time.
 */
export function trendCertainty(points: Point[]): number {
  const count = points.length;
  if (count < 3) return 0;
  let score = 0;
  for (const [index, from] of points.entries())
    for (const to of points.slice(index + 1)) score += Math.sign(to.value - from.value);
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  return (score - Math.sign(score)) / deviation;
}

/** 0 for none. */
function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
