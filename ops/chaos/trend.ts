export interface Point {
  x: number;
  y: number;
}

/** Pairs grow with the square of the points; so many are enough. */
const maxPoints = 600;

/** The slope by Theil and Sen: the median of the slopes of all pairs, which a few jumps of a garbage collector do not move. 0 for fewer than two points. */
export function slopeOf(points: Point[]): number {
  const chosen = thin(points);
  const slopes: number[] = [];
  for (const [index, first] of chosen.entries()) {
    for (const second of chosen.slice(index + 1)) {
      if (second.x !== first.x) slopes.push((second.y - first.y) / (second.x - first.x));
    }
  }
  return median(slopes);
}

function thin(points: Point[]): Point[] {
  if (points.length <= maxPoints) return points;
  const step = points.length / maxPoints;
  return Array.from({ length: maxPoints }, (_, index) => points[Math.floor(index * step)]).filter(
    (point) => point !== undefined,
  );
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
