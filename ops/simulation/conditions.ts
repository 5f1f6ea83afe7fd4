import type { RosterState } from '../../supervisor/roster-state.ts';
import { conditionOf, hasEnded } from '../../supervisor/roster-state.ts';

/** Every service that can be well is so; a child that is not to be started again does not count. */
export function isWell(state: RosterState): boolean {
  if (!state.sparesAllowed) return false;
  return [...state.services.values()].every(
    ({ spec, removed, shares, wanted }) =>
      removed ||
      spec.restart !== 'permanent' ||
      (conditionOf(state, spec.id) === 'well' && (!spec.sharded || shares === wanted)),
  );
}

/** Nobody is on the way in or out. */
export function isQuiet(state: RosterState): boolean {
  return [...state.children.values()].every(
    ({ life, spec }) =>
      life.name === 'running' ||
      life.name === 'initialised' ||
      (spec.restart !== 'permanent' && life.name === 'stopped'),
  );
}

/** Some were not for ever, and have ended. */
export function hasEndedOnes(state: RosterState): boolean {
  return [...state.children.values()].some(hasEnded);
}

/** Nobody keeps failing. */
export function isSound(state: RosterState): boolean {
  return [...state.children.values()].every(
    ({ life, backoff }) => life.name === 'stopped' || !backoff.quarantined,
  );
}

/** For who reads why a run failed. */
export function describe(state: RosterState): string {
  const children = [...state.children.values()].map(
    ({ id, life, duty }) => `${id} ${life.name}${duty ? ` ${duty.lease}` : ''}`,
  );
  const missing = [...state.services.keys()].filter((id) => conditionOf(state, id) !== 'well');
  return `not well: ${missing.join(', ')}; ${state.reload ? `reload ${state.reload.phase}; ` : ''}${children.join(', ')}`;
}
