import type { ConnectionStateName } from '../../protocol/room-status.ts';
import type { TroubleClass } from './connection-policy.ts';

/** `refused`: the platform does not want this client. */
export type EndClass = TroubleClass | 'refused';

/**
 * Where the connection of one room is. At most one attempt is under way or one connection open: `activity` tells which.
 *
 * - `disconnected`: nothing is tried yet, or the room is off the air and is looked at again at `dueAt`. Left by `try`.
 * - `connecting`: an attempt without trouble before it. Left by its result.
 * - `connected`: left when the connection ends.
 * - `reconnecting`: there was trouble; waits until `dueAt`, or tries (`opening`). Left by the attempt's result.
 * - `failed`: the same after `failedAfter` attempts in a row that came to nothing, or a second refusal. It is tried for ever all the same.
 * - `closed`: not wanted any more. Never left.
 */
export interface ConnectionState {
  readonly name: ConnectionStateName;
  readonly activity: 'waiting' | 'opening' | 'open' | 'none';
  /** When it came to this state, and why. */
  readonly since: number;
  readonly reason: string;
  /** While it waits: no attempt before. */
  readonly dueAt: number;
  /** When the last attempt began. */
  readonly triedAt: number;
  /** Attempts in a row that came to nothing. */
  readonly failures: number;
  /** Least time between the beginnings of two attempts, whatever happens. */
  readonly floorMs: number;
}

export type ConnectionEvent =
  | { kind: 'try' }
  | { kind: 'opened'; reason: string }
  /** The first frame came: earlier failures are forgiven. */
  | { kind: 'proved' }
  /** The attempt came to nothing, or the open connection ended. */
  | { kind: 'trouble'; class: EndClass; reason: string; waitMs: number; severe: boolean }
  /** The room is off the air, or there is none: nothing is wrong here. */
  | { kind: 'absent'; reason: string; waitMs: number }
  /** Something changed for the better, such as a new cookie: what waits need not wait any longer. */
  | { kind: 'hurry'; reason: string }
  | { kind: 'close'; reason: string };

export interface Transition {
  at: number;
  from: ConnectionStateName;
  to: ConnectionStateName;
  reason: string;
  class: EndClass | '';
  /** Attempts in a row that came to nothing by then. */
  attempt: number;
}

/** An event that cannot happen in this state: a mistake of whoever tells it. */
export class TransitionError extends Error {
  override name = 'TransitionError';
  readonly code = 'transition';
}

/** After so many attempts in a row that came to nothing the room counts as failed. */
export const failedAfter = 5;

export function initialConnection(now: number, floorMs: number): ConnectionState {
  return {
    name: 'disconnected',
    activity: 'waiting',
    since: now,
    reason: 'not tried yet',
    dueAt: now,
    triedAt: -Infinity,
    failures: 0,
    floorMs,
  };
}

/** What becomes of a connection. Pure and total: what cannot happen throws a TransitionError. `now` in milliseconds of a clock that is never set back. */
export function step(state: ConnectionState, event: ConnectionEvent, now: number): ConnectionState {
  const { activity } = state;
  switch (event.kind) {
    case 'try':
      if (activity !== 'waiting' || now < state.dueAt) throw impossible(state, event, now);
      return state.name === 'disconnected'
        ? to(state, 'connecting', 'trying', now, { activity: 'opening', triedAt: now })
        : { ...state, activity: 'opening', triedAt: now };
    case 'opened':
      if (activity !== 'opening') throw impossible(state, event, now);
      return to(state, 'connected', event.reason, now, { activity: 'open' });
    case 'proved':
      if (activity !== 'open') throw impossible(state, event, now);
      return { ...state, failures: 0 };
    case 'trouble': {
      if (activity !== 'opening' && activity !== 'open') throw impossible(state, event, now);
      const failures = state.failures + 1;
      const name = event.severe || failures >= failedAfter ? 'failed' : 'reconnecting';
      const waiting = { activity: 'waiting' as const, failures, dueAt: dueAfter(state, event.waitMs, now) };
      return to(state, name, event.reason, now, waiting);
    }
    case 'absent': {
      if (activity !== 'opening' && activity !== 'open') throw impossible(state, event, now);
      const waiting = {
        activity: 'waiting' as const,
        failures: 0,
        dueAt: dueAfter(state, event.waitMs, now),
      };
      return to(state, 'disconnected', event.reason, now, waiting);
    }
    case 'hurry':
      if (activity !== 'waiting') return state;
      return { ...state, dueAt: Math.min(state.dueAt, dueAfter(state, 0, now)) };
    case 'close':
      if (state.name === 'closed') return state;
      return to(state, 'closed', event.reason, now, { activity: 'none' });
  }
}

/** The change of state between two states, if there is one. */
export function transitionOf(
  before: ConnectionState,
  after: ConnectionState,
  event: ConnectionEvent,
): Transition | undefined {
  if (before.name === after.name) return undefined;
  const { name, since, reason, failures } = after;
  const cause = event.kind === 'trouble' ? event.class : '';
  return { at: since, from: before.name, to: name, reason, class: cause, attempt: failures };
}

/** How loudly a transition is logged. */
export function levelOf({ from, to: name }: Transition): 'info' | 'warn' | 'error' {
  if (name === 'failed') return 'error';
  return name === 'reconnecting' && from !== 'failed' ? 'warn' : 'info';
}

function to(
  state: ConnectionState,
  name: ConnectionStateName,
  reason: string,
  now: number,
  more: Partial<ConnectionState>,
): ConnectionState {
  const since = state.name === name ? state.since : now;
  return { ...state, ...more, name, reason, since };
}

const dueAfter = ({ triedAt, floorMs }: ConnectionState, waitMs: number, now: number): number =>
  Math.max(now + Math.max(0, waitMs), triedAt + floorMs);

function impossible(state: ConnectionState, event: ConnectionEvent, now: number): TransitionError {
  const wait = state.activity === 'waiting' ? `, due in ${Math.ceil(state.dueAt - now)} ms` : '';
  return new TransitionError(`"${event.kind}" cannot happen while ${state.name} (${state.activity}${wait})`);
}
