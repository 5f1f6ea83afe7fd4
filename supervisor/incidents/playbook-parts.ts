import type { ActionName, Playbook, PlaybookStep } from './playbook.ts';
import type { SignalKind } from './signal.ts';

export const second = 1_000;
export const minute = 60_000;
export const day = 86_400_000;

/** An action that must show within so many seconds, and hold for three unless said otherwise. */
export function act(action: ActionName, within: number, more: Partial<PlaybookStep> = {}): PlaybookStep {
  return { action, verify: { within: within * second, holdsFor: 3 * second }, ...more };
}

export const people = act('tell-people', 60);

/** It lasts until it is told to be over. */
export const onceTold = (signs: SignalKind[], quietFor = 5 * minute): Playbook['closeWhen'] => {
  return { health: 'degraded', signs, quietFor };
};
