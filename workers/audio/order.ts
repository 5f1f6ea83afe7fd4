import type { Line, Sound } from './line.ts';

/** What a line that was not begun is worth: the least first. */
export const ranks = { urgent: 0, normal: 1, idle: 3 } as const;

/** Begun replies first, then urgent and normal ones, then the idle script where it was left, then other idle lines. */
export function compare<S extends Sound>(a: Line<S>, b: Line<S>): number {
  return rank(a) - rank(b) || a.startedOrder - b.startedOrder || a.order - b.order;
}

/** What goes on before everything else of what was begun and is not finished. */
export function begunFirst<S extends Sound>(lines: Iterable<Line<S>>): Line<S> | undefined {
  return [...lines].filter(({ ending, startedOrder }) => !ending && startedOrder > 0).sort(compare)[0];
}

/** A reply of which some was heard: it is finished before anything else. */
export const isBegunReply = <S extends Sound>(line: Line<S>): boolean => rank(line) === -1;

function rank<S extends Sound>({ priority, startedOrder }: Line<S>): number {
  if (startedOrder === 0) return ranks[priority];
  return priority === 'idle' ? 2 : -1;
}
