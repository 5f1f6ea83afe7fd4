import type { ChildSpec } from '../../supervisor/child-spec.ts';
import type { Output, RosterEvent, RosterState } from '../../supervisor/roster-state.ts';
import { Roster } from '../../supervisor/roster.ts';

/** The part of the supervisor that is tried out: its decisions. */
export interface Core {
  readonly state: RosterState;
  handle(event: RosterEvent, now: number, random: () => number): Output[];
}

export type MakeCore = (specs: ChildSpec[]) => Core;

export const makeRoster: MakeCore = (specs) => new Roster(specs);
