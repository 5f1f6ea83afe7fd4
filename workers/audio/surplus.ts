import type { Line, Sound } from './line.ts';
import { ranks } from './order.ts';

/** The line that has to go when there are too many: the newest of the least worth that was not begun. */
export function surplusOf<S extends Sound>(
  lines: Iterable<Line<S>>,
  bytes: number,
  { maxUtterances, maxBytes }: { maxUtterances: number; maxBytes: number },
): Line<S> | undefined {
  const waiting = [...lines].filter((line) => !line.ending);
  if (waiting.length <= maxUtterances && bytes <= maxBytes) return undefined;
  return waiting
    .filter((line) => line.startedOrder === 0)
    .sort((a, b) => ranks[b.priority] - ranks[a.priority] || b.order - a.order)[0];
}
