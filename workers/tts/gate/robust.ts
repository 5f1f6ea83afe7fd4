/** From the median of distances to a standard deviation, if what is measured is normally distributed. */
const toDeviation = 1.4826;

/** 0 when there is nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/** What a standard deviation around `centre` would be without the outliers: by the median of the distances. */
export function centredSpread(values: readonly number[], centre: number): number {
  return toDeviation * median(values.map((value) => Math.abs(value - centre)));
}
