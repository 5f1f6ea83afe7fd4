import type { ChildOptions } from '../protocol/ipc.ts';
import type { BusLink } from './bus-link.ts';
import type { ChildRecord } from './child-record.ts';
import type { Editions } from './loaded-editions.ts';
import type { RosterState } from './roster-state.ts';
import { childrenOf, isActive } from './roster-state.ts';

export interface OptionSources {
  runId: string;
  home: string;
  state: RosterState;
  editions: Pick<Editions, 'configFor'>;
  bus: Pick<BusLink, 'accessFor'>;
  poison: string[];
  /** The supervisor before this one did not stop in order. */
  wasCutShort: boolean;
}

/** What a child is told about itself. */
export function childOptions(child: ChildRecord, sources: OptionSources): ChildOptions {
  const { runId, home, state, editions, bus, poison, wasCutShort } = sources;
  const { id, address } = child;
  const { id: service, role, subject } = child.spec;
  const inPlace = childrenOf(state, service);
  return {
    id,
    role,
    subject,
    runId,
    home,
    bus: bus.accessFor(role),
    config: editions.configFor(child),
    previousAddress: address,
    hurry: !inPlace.some(isActive),
    afterDeath: inPlace.some(({ restarts }) => restarts > 0) ? 'child' : wasCutShort ? 'supervisor' : '',
    isTrial: state.reload?.phase === 'preparing' && child.edition === state.edition,
    poison,
  };
}
