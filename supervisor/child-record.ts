import type { Duty } from '../protocol/ipc.ts';
import type { Backoff } from './backoff.ts';
import { noBackoff } from './backoff.ts';
import type { ChildSpec } from './child-spec.ts';
import type { ExitClass } from './exit-class.ts';

interface Process {
  since: number;
  pid: number;
}

/** What is known of a process whose heart beats. */
interface Beating extends Process {
  heardAt: number;
  /** When it last finished something, or had nothing in hand. */
  progressAt: number;
  lastProgressAt: number;
  /** Since when it has been without the bus although the bus is there; undefined: it has it. */
  cutOffSince: number | undefined;
  /** When it became ready. */
  readySince: number;
}

/**
 * Where a child is. Times are milliseconds of the supervisor's clock.
 *
 * - `stopped`: no process, none wanted. Left by `start`.
 * - `spawning`: a process exists, it has not spoken yet. Left by `registered`.
 * - `registered`: it waits until what it needs is there. Left by `may-initialise`.
 * - `initialising`: it acquires what it needs. Left by `initialised`.
 * - `initialised`: a warm spare; its heart beats. Left by `promote`.
 * - `starting`: it has its duty. Left by `started`.
 * - `running`: it works and its heart beats. Left by `drain`, `condemn`, a missed deadline or its exit.
 * - `draining`: it finishes what it has. Left by its exit; at the deadline it is ended.
 * - `ending`: it was sent SIGTERM, or asked for a report, and SIGKILL after that. Left only by its exit.
 * - `backoff`: no process until `until`. `quarantined`: the same, for one that keeps failing.
 * - `refused`: it says that its configuration is wrong; started again with another one.
 * - `gave-up`: it says that it will never work (exit code 125). Left by another configuration too.
 */
export type Life =
  | { name: 'stopped' }
  | ({ name: 'spawning' | 'registered' | 'initialising' } & Process)
  | ({ name: 'initialised' | 'starting' | 'running' } & Beating)
  | ({ name: 'draining'; deadline: number; handOver: boolean; yielded: boolean; again: boolean } & Process)
  | ({
      name: 'ending';
      stage: Stage;
      again: boolean;
      ranMs: number;
      triedMs: number;
      reason: string;
    } & Process)
  | { name: 'backoff' | 'quarantined'; until: number }
  | { name: 'refused' | 'gave-up' };

/** `term` → `kill`, or, for one that cannot hear, `report` → `kill`. */
export type Stage = 'term' | 'report' | 'kill';

export interface ChildRecord {
  id: string;
  spec: ChildSpec;
  life: Life;
  /** What it works under; undefined: a spare, or on its way to be one. */
  duty: Duty | undefined;
  /** Leaves for good once it has ended. */
  leaving: boolean;
  /** Why it is to be replaced in order; empty: it is not. */
  retiring: string;
  /** Counts processes of this child; reports of an earlier one are dropped. */
  generation: number;
  /** Which configuration its process has. */
  edition: number;
  restarts: number;
  backoff: Backoff;
  /** Why the last process ended. */
  lastReason: string;
  /** Where others reach it, kept over restarts. */
  address: string;
}

export type LifeEvent =
  | { kind: 'start'; edition: number }
  | { kind: 'spawned'; pid: number }
  | { kind: 'registered' }
  | { kind: 'may-initialise' }
  | { kind: 'initialised'; address: string }
  | { kind: 'promote'; duty: Duty }
  | { kind: 'started' }
  /** `busReady`: whether the bus is there, as the supervisor sees it. */
  | { kind: 'heartbeat'; inFlight: number; lastProgressAt: number; connected: boolean; busReady: boolean }
  | { kind: 'yielded' }
  | { kind: 'exited'; reason: string; exit: ExitClass }
  | { kind: 'drain'; deadline: number; handOver: boolean; again: boolean }
  /** To end it, beginning with `stage`. */
  | { kind: 'condemn'; reason: string; again: boolean; stage: Stage }
  /** What it needs is back: no reason to wait any longer. */
  | { kind: 'wake' }
  /** `random` in [0, 1) is for the backoff's jitter. */
  | { kind: 'tick' };

export type Effect =
  | { kind: 'spawn' }
  | { kind: 'initialise' }
  | { kind: 'start'; duty: Duty }
  | { kind: 'drain'; deadlineMs: number; handOver: boolean }
  | { kind: 'report' }
  | { kind: 'signal'; signal: 'SIGTERM' | 'SIGKILL' };

export interface Step {
  child: ChildRecord;
  effects: Effect[];
}

/** `generation`: of the last process that an earlier child of this name had. */
export function newChild(spec: ChildSpec, id: string = spec.id, generation = 0): ChildRecord {
  return {
    id,
    spec,
    life: { name: 'stopped' },
    duty: undefined,
    leaving: false,
    retiring: '',
    generation,
    edition: 0,
    restarts: 0,
    backoff: noBackoff,
    lastReason: '',
    address: '',
  };
}

/** The process of a child, or 0. */
export function pidOf({ life }: ChildRecord): number {
  return 'pid' in life ? life.pid : 0;
}
