import type { EventKind, LiveEvent } from '../../protocol/event.ts';

/** Kinds of which there may be thousands a second, and of which the sum is worth as much as each. */
export const coalescedKinds: ReadonlySet<EventKind> = new Set(['like', 'enter']);

/** Every id is kept: a replay must not count what an event stands for again. */
export const maxCoalesced = 200;

/**
 * One event for two of a burst of likes or enters: the earlier's id, the later's time and viewer, the likes of both. The ids of all
 * that it stands for besides its own are in `coalesced`. Throws for other kinds.
 */
export function coalesce(earlier: LiveEvent, later: LiveEvent): LiveEvent {
  const both = {
    id: earlier.id,
    coalesced: [...(earlier.coalesced ?? []), later.id, ...(later.coalesced ?? [])],
  };
  if (earlier.kind === 'like' && later.kind === 'like')
    return {
      ...later,
      ...both,
      count: earlier.count + later.count,
      total: Math.max(earlier.total, later.total),
    };
  if (earlier.kind === 'enter' && later.kind === 'enter') return { ...later, ...both };
  throw new Error(`Cannot coalesce ${earlier.kind} and ${later.kind}`);
}
