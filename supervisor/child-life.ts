import type { Backoff } from './backoff.ts';
import { afterFailure, noBackoff, whileHealthy } from './backoff.ts';
import type { ChildSpec } from './child-spec.ts';

/**
 * The states of a child.
 *
 * - `stopped`: no process, none wanted. Entered at first and at the end; left by `start`.
 * - `spawning`: a process was started and has not spoken yet. Left by `registered`.
 * - `registered`: it waits until what it needs is there. Left by `may-initialise`.
 * - `initialising`: it acquires what it needs. Left by `initialised`.
 * - `initialised`: it waits for those it depends on. Left by `may-start`.
 * - `starting`: left by `started`.
 * - `running`: it works and its heart beats. Left by `drain`, `condemn`, a missed deadline or its exit.
 * - `draining`: it finishes what it has. Left by its exit; at the deadline it is ended.
 * - `ending`: it was sent SIGTERM, and SIGKILL after `termMs`. Left only by its exit: the slot is not free before.
 * - `backoff`: no process until `until`.
 * - `refused`: it says that its configuration is wrong; not started again.
 */
export type Life =
  | { name: 'stopped' }
  | { name: 'spawning'; since: number; pid: number }
  | { name: 'registered'; since: number; pid: number }
  | { name: 'initialising'; since: number; pid: number }
  | { name: 'initialised'; since: number; pid: number }
  | { name: 'starting'; since: number; pid: number }
  | { name: 'running'; since: number; pid: number; heardAt: number }
  | { name: 'draining'; since: number; pid: number; deadline: number }
  | {
      name: 'ending';
      since: number;
      pid: number;
      again: boolean;
      killed: boolean;
      ranMs: number;
      reason: string;
    }
  | { name: 'backoff'; until: number }
  | { name: 'refused' };

export interface ChildRecord {
  spec: ChildSpec;
  life: Life;
  /** Counts processes of this child; reports of an earlier one are dropped. */
  generation: number;
  restarts: number;
  backoff: Backoff;
  /** Why the last process ended. */
  lastReason: string;
  /** Where others reach it, kept over restarts. */
  address: string;
  /** It has been running at least once: those that depend on it need not wait again. */
  proven: boolean;
}

export type LifeEvent =
  | { kind: 'start' }
  | { kind: 'spawned'; pid: number }
  | { kind: 'registered' }
  | { kind: 'may-initialise' }
  | { kind: 'initialised'; address: string }
  | { kind: 'may-start' }
  | { kind: 'started' }
  | { kind: 'heartbeat' }
  | { kind: 'exited'; reason: string; refused: boolean }
  | { kind: 'drain'; deadline: number }
  | { kind: 'condemn'; reason: string; again: boolean }
  /** `random` in [0, 1) is for the backoff's jitter. */
  | { kind: 'tick' };

export type Effect =
  | { kind: 'spawn' }
  | { kind: 'initialise' }
  | { kind: 'start' }
  | { kind: 'drain'; deadlineMs: number }
  | { kind: 'signal'; signal: 'SIGTERM' | 'SIGKILL' };

export interface Step {
  child: ChildRecord;
  effects: Effect[];
}

export function newChild(spec: ChildSpec): ChildRecord {
  return {
    spec,
    life: { name: 'stopped' },
    generation: 0,
    restarts: 0,
    backoff: noBackoff,
    lastReason: '',
    address: '',
    proven: false,
  };
}

/** The next state and what the shell has to do. Total: an event that cannot happen in a state throws, naming both. */
export function step(child: ChildRecord, event: LifeEvent, now: number, random = 0.5): Step {
  const { life } = child;
  switch (event.kind) {
    case 'start':
      return life.name === 'stopped' ? spawn(child, now) : same(child);
    case 'spawned':
      if (life.name !== 'spawning') throw impossible(child, event);
      return to(child, { ...life, pid: event.pid });
    case 'registered':
      return life.name === 'spawning'
        ? to(child, { name: 'registered', since: now, pid: life.pid })
        : same(child);
    case 'may-initialise':
      if (life.name !== 'registered') throw impossible(child, event);
      return to(child, { name: 'initialising', since: now, pid: life.pid }, [{ kind: 'initialise' }]);
    case 'initialised':
      if (life.name !== 'initialising') return same(child);
      return to({ ...child, address: event.address }, { name: 'initialised', since: now, pid: life.pid });
    case 'may-start':
      if (life.name !== 'initialised') throw impossible(child, event);
      return to(child, { name: 'starting', since: now, pid: life.pid }, [{ kind: 'start' }]);
    case 'started':
      if (life.name !== 'starting') return same(child);
      return to({ ...child, proven: true }, { name: 'running', since: now, pid: life.pid, heardAt: now });
    case 'heartbeat':
      return life.name === 'running' ? to(child, { ...life, heardAt: now }) : same(child);
    case 'exited':
      return exited(child, event, now, random);
    case 'drain':
      return drain(child, event.deadline, now);
    case 'condemn':
      return condemn(child, event.reason, event.again, now, true);
    case 'tick':
      return tick(child, now);
  }
}

export interface Permit {
  id: string;
  kind: 'may-initialise' | 'may-start';
}

/** Children that may go on: what they need is there. `busReady` is about the bus that all but simulators need. */
export function permits(children: ChildRecord[], busReady: boolean): Permit[] {
  const byId = new Map(children.map((child) => [child.spec.id, child]));
  return children.flatMap(({ spec, life }): Permit[] => {
    if (life.name === 'registered') {
      const known = spec.needsAddressOf.every((id) => (byId.get(id)?.address ?? 'absent') !== '');
      return known && (busReady || !spec.needsBus) ? [{ id: spec.id, kind: 'may-initialise' }] : [];
    }
    if (life.name === 'initialised') {
      const running = spec.dependsOn.every((id) => byId.get(id)?.proven ?? true);
      return running ? [{ id: spec.id, kind: 'may-start' }] : [];
    }
    return [];
  });
}

/** The process of a child, or 0. */
export function pidOf({ life }: ChildRecord): number {
  return 'pid' in life ? life.pid : 0;
}

function spawn(child: ChildRecord, now: number): Step {
  const next = { ...child, generation: child.generation + 1 };
  return to(next, { name: 'spawning', since: now, pid: 0 }, [{ kind: 'spawn' }]);
}

function exited(
  child: ChildRecord,
  { reason, refused }: { reason: string; refused: boolean },
  now: number,
  random: number,
): Step {
  const { life } = child;
  if (!('pid' in life)) throw impossible(child, { kind: 'exited', reason, refused });
  const lastReason = life.name === 'ending' ? life.reason : reason;
  const next = { ...child, lastReason };
  if (life.name === 'draining' || (life.name === 'ending' && !life.again))
    return to(next, { name: 'stopped' });
  if (refused) return to(next, { name: 'refused' });
  const ranMs = life.name === 'running' ? now - life.since : 'ranMs' in life ? life.ranMs : 0;
  const { delayMs, backoff } = afterFailure(child.backoff, now, random, ranMs);
  const restarted = { ...next, backoff, restarts: child.restarts + 1 };
  if (delayMs === 0) return spawn(restarted, now);
  return to(restarted, { name: 'backoff', until: now + delayMs });
}

function drain(child: ChildRecord, deadline: number, now: number): Step {
  const { life } = child;
  switch (life.name) {
    case 'initialised':
    case 'starting':
    case 'running':
      return to(child, { name: 'draining', since: now, pid: life.pid, deadline }, [
        { kind: 'drain', deadlineMs: Math.max(0, deadline - now) },
      ]);
    case 'spawning':
    case 'registered':
    case 'initialising':
      return condemn(child, 'stopped before it had started', false, now, true);
    case 'backoff':
    case 'refused':
    case 'stopped':
      return to(child, { name: 'stopped' });
    case 'draining':
      return same(child);
    case 'ending':
      return to(child, { ...life, again: false });
  }
}

/** Ends the process: politely first, unless it cannot hear. */
function condemn(child: ChildRecord, reason: string, again: boolean, now: number, polite: boolean): Step {
  const { life } = child;
  if (!('pid' in life)) return same(child);
  if (life.name === 'ending') return to(child, { ...life, again: life.again && again });
  const ranMs = life.name === 'running' ? now - life.since : 0;
  const ending: Life = { name: 'ending', since: now, pid: life.pid, again, killed: !polite, ranMs, reason };
  return to(child, ending, [{ kind: 'signal', signal: polite ? 'SIGTERM' : 'SIGKILL' }]);
}

function tick(child: ChildRecord, now: number): Step {
  const { life, spec } = child;
  switch (life.name) {
    case 'spawning':
    case 'initialising':
    case 'starting':
      if (now - life.since < spec.readyTimeoutMs) return same(child);
      return condemn(child, `not ${phaseGoal[life.name]} within ${spec.readyTimeoutMs} ms`, true, now, false);
    case 'running':
      if (now - life.heardAt >= spec.heartbeatDeadlineMs) {
        return condemn(child, `no heartbeat for ${now - life.heardAt} ms`, true, now, false);
      }
      return to({ ...child, backoff: whileHealthy(child.backoff, life.since, now) }, life);
    case 'draining':
      return now < life.deadline ? same(child) : condemn(child, 'did not finish in time', false, now, true);
    case 'ending':
      if (life.killed || now - life.since < spec.termMs) return same(child);
      return to(child, { ...life, killed: true }, [{ kind: 'signal', signal: 'SIGKILL' }]);
    case 'backoff':
      return now < life.until ? same(child) : spawn(child, now);
    case 'registered':
    case 'initialised':
    case 'stopped':
    case 'refused':
      return same(child);
  }
}

const phaseGoal = { spawning: 'registered', initialising: 'initialised', starting: 'started' } as const;

function to(child: ChildRecord, life: Life, effects: Effect[] = []): Step {
  return { child: { ...child, life }, effects };
}

function same(child: ChildRecord): Step {
  return { child, effects: [] };
}

function impossible(child: ChildRecord, event: LifeEvent): Error {
  return new Error(`Child "${child.spec.id}" got ${event.kind} while ${child.life.name}`);
}
