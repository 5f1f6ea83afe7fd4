export interface GainPathOptions {
  /** The gain at the end of the frame before. */
  from: number;
  /** The most that each block of the frame takes. */
  most: Float64Array;
  /** How much more the gain may be from one block's edge to the next. */
  rise: number;
}

/**
 * The gain at the edges of a frame's blocks, one more than there are blocks: never above what the blocks on either side take, down as
 * early and thereby as gently as it can be, and up slowly. Only where the first block takes less than `from` does it begin with a step.
 */
export function gainPath({ from, most, rise }: GainPathOptions): Float64Array {
  const edges = most.length;
  const limits = new Float64Array(edges + 1);
  for (let edge = 0; edge <= edges; edge++)
    limits[edge] = Math.min(most[Math.max(0, edge - 1)] ?? 1, most[Math.min(edges - 1, edge)] ?? 1);
  const path = new Float64Array(edges + 1);
  path[0] = Math.min(from, limits[0] ?? 1);
  for (let edge = 0; edge < edges;) {
    const here = path[edge] ?? 1;
    const { slope, to } = steepest(limits, edge, here);
    if (slope >= 0) {
      path[edge + 1] = Math.min(1, limits[edge + 1] ?? 1, here + rise);
      edge += 1;
      continue;
    }
    for (let at = edge + 1; at <= to; at++) path[at] = here + slope * (at - edge);
    edge = to;
  }
  return path;
}

/** The steepest way down that any limit ahead asks for. */
function steepest(limits: Float64Array, edge: number, here: number): { slope: number; to: number } {
  let slope = Infinity;
  let to = edge + 1;
  for (let at = edge + 1; at < limits.length; at++) {
    const needed = ((limits[at] ?? 1) - here) / (at - edge);
    if (needed >= slope) continue;
    slope = needed;
    to = at;
  }
  return { slope, to };
}
