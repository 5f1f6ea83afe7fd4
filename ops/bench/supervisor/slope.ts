export interface Point {
  x: number;
  y: number;
}

/** How fast values rise per unit of `x`, and between what the true slope lies with a certainty of 95 %. */
export interface Slope {
  slope: number;
  low: number;
  high: number;
}

/** Two-sided, for 95 %. */
const deviations = 1.96;

/**
 * The slope by Theil and Sen with Sen's bounds. Pure; grows with the square of the points. Fewer than three points tell nothing, and
 * the bounds then are infinite. Points that hang together, as memory does from one second to the next, make the true bounds wider.
 */
export function slopeWithBounds(points: Point[]): Slope {
  const slopes = points
    .flatMap((from, index) =>
      points.slice(index + 1).flatMap((to) => (to.x === from.x ? [] : [(to.y - from.y) / (to.x - from.x)])),
    )
    .toSorted((a, b) => a - b);
  const count = points.length;
  const slope = middle(slopes);
  if (count < 3) return { slope, low: -Infinity, high: Infinity };
  const spread = deviations * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const low = slopes[Math.floor((slopes.length - spread) / 2)] ?? -Infinity;
  const high = slopes[Math.ceil((slopes.length + spread) / 2)] ?? Infinity;
  return { slope, low, high };
}

function middle(sorted: number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}
