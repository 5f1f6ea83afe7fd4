import type { Duty } from '../protocol/ipc.ts';
import type { ChildRecord } from './child-record.ts';
import type { RosterState, ServiceRecord } from './roster-state.ts';
import { isActive, isReady } from './roster-state.ts';

/** A duty without its epoch. */
export type Place = Pick<Duty, 'lease' | 'share'>;

/**
 * Among how many the rooms are to be shared out. With nobody at work that is open: among those who are ready, since one process for all
 * rooms is better than some rooms without any; and at the first start among all that are wanted.
 */
export function sharesFor(service: ServiceRecord, holders: ChildRecord[], ready: number): number {
  const { shares, wanted, proven } = service;
  if (holders.length > 0) return shares;
  return proven ? Math.max(1, Math.min(ready, wanted)) : wanted;
}

/**
 * A place of an exclusive service that nobody holds; undefined: there is none. While holders of another sharing are still to yield,
 * nobody takes anything, since their rooms are not known to be free.
 */
export function freePlace({ spec, shares }: ServiceRecord, holders: ChildRecord[]): Place | undefined {
  if (!spec.sharded) return holders.length === 0 ? { lease: spec.id } : undefined;
  if (holders.some(({ duty }) => duty?.share?.of !== shares)) return undefined;
  const taken = new Set(holders.map(({ duty }) => duty?.share?.index));
  for (let index = 0; index < shares; index++)
    if (!taken.has(index)) return placeOf(spec.id, { index, of: shares });
  return undefined;
}

/** One process for everything has the name of its service, as it would in any other. */
function placeOf(service: string, share: { index: number; of: number }): Place {
  return { lease: share.of === 1 ? service : `${service}/${share.index}-${share.of}`, share };
}

/** Whose work goes to others when the rooms are shared out among more or fewer: all of them, as soon as enough stand by; else nobody. */
export function toResign(state: RosterState, service: ServiceRecord, children: ChildRecord[]): ChildRecord[] {
  const { spec, shares, wanted, removed } = service;
  if (!spec.sharded || shares === wanted || removed || state.reload?.phase === 'preparing') return [];
  const ready = children.filter((child) => isReady(child) && child.edition === state.edition);
  const actives = children.filter(isActive);
  if (ready.length < wanted || actives.some(({ life }) => life.name === 'draining')) return [];
  return actives;
}

/** How many have to stand by: for another sharing, all that are to work then. */
export function standbyOf({ spec, wanted, shares }: ServiceRecord): number {
  return spec.sharded && shares !== wanted ? Math.max(spec.spares, wanted) : spec.spares;
}
