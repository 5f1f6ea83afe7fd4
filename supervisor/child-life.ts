import { afterFailure, whileHealthy } from './backoff.ts';
import type { ChildRecord, Effect, Life, LifeEvent, Stage, Step } from './child-record.ts';

/** SIGKILL is sent again after so long: a process in the middle of a system call cannot be ended before its end. */
const killAgainMs = 5_000;

/** The next state and what the shell has to do. Total: an event that cannot happen in a state throws, naming both. */
export function step(child: ChildRecord, event: LifeEvent, now: number, random = 0.5): Step {
  const { life } = child;
  switch (event.kind) {
    case 'start':
      return 'pid' in life ? same(child) : spawn(child, event.edition, now);
    case 'spawned':
      // Given up before it was there: what would have ended it found nobody.
      if (life.name === 'ending' && life.pid === 0)
        return to(child, { ...life, pid: event.pid }, [effectOf[life.stage]]);
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
      return to(
        { ...child, address: event.address },
        {
          name: 'initialised',
          since: now,
          pid: life.pid,
          heardAt: now,
          progressAt: now,
          lastProgressAt: 0,
          cutOffSince: undefined,
          readySince: now,
        },
      );
    case 'promote':
      if (life.name !== 'initialised') throw impossible(child, event);
      return to({ ...child, duty: event.duty }, { ...life, name: 'starting', since: now, progressAt: now }, [
        { kind: 'start', duty: event.duty },
      ]);
    case 'started':
      if (life.name !== 'starting') return same(child);
      return to(child, { ...life, name: 'running', since: now, heardAt: now, progressAt: now });
    case 'heartbeat':
      return heartbeat(child, event, now);
    case 'yielded':
      return life.name === 'draining' ? to(child, { ...life, yielded: true }) : same(child);
    case 'exited':
      return exited(child, event, now, random);
    case 'drain':
      return drain(child, event, now);
    case 'condemn':
      return condemn(child, event, now);
    case 'wake':
      return life.name === 'backoff' || life.name === 'quarantined'
        ? to(child, { ...life, until: now })
        : same(child);
    case 'tick':
      return tick(child, now);
  }
}

function spawn(child: ChildRecord, edition: number, now: number): Step {
  const next = { ...child, edition, generation: child.generation + 1, duty: undefined, retiring: '' };
  return to(next, { name: 'spawning', since: now, pid: 0 }, [{ kind: 'spawn' }]);
}

function heartbeat(child: ChildRecord, event: Extract<LifeEvent, { kind: 'heartbeat' }>, now: number): Step {
  const { life } = child;
  if (!('heardAt' in life)) return same(child);
  const { inFlight, lastProgressAt, connected, busReady } = event;
  // Without the bus nothing can be finished, which is not the child's fault.
  const moved = inFlight === 0 || lastProgressAt !== life.lastProgressAt || !connected || !busReady;
  const cutOffSince = connected || !busReady ? undefined : (life.cutOffSince ?? now);
  const progressAt = moved ? now : life.progressAt;
  return to(child, { ...life, heardAt: now, progressAt, lastProgressAt, cutOffSince });
}

function exited(
  child: ChildRecord,
  event: Extract<LifeEvent, { kind: 'exited' }>,
  now: number,
  random: number,
): Step {
  const { life, spec } = child;
  if (!('pid' in life)) throw impossible(child, event);
  const lastReason = life.name === 'ending' ? life.reason : event.reason;
  const next: ChildRecord = { ...child, lastReason, duty: undefined, retiring: '' };
  if (child.leaving) return to(next, { name: 'stopped' });
  if (life.name === 'draining') {
    // It was asked to go: a planned end is no failure.
    const planned: ChildRecord = { ...next, lastReason: child.retiring || 'replaced in order' };
    return life.again ? to(planned, { name: 'backoff', until: now }) : to(planned, { name: 'stopped' });
  }
  if (life.name === 'ending' && !life.again) return to(next, { name: 'stopped' });
  if (event.exit === 'refused') return to(next, { name: 'refused' });
  if (event.exit === 'gave-up') return to(next, { name: 'gave-up' });
  const failed = life.name === 'ending' || event.exit !== 'clean';
  if (spec.restart === 'temporary' || (spec.restart === 'transient' && !failed))
    return to(next, { name: 'stopped' });
  const ranMs = 'readySince' in life ? now - life.readySince : life.name === 'ending' ? life.ranMs : 0;
  const killed = life.name !== 'ending' && event.exit === 'killed';
  const triedMs = triedFor(life, now);
  const { delayMs, backoff, isHeldBack } = afterFailure(child.backoff, now, random, {
    ranMs,
    killed,
    triedMs,
  });
  const restarted = { ...next, backoff, restarts: child.restarts + 1 };
  return to(restarted, { name: isHeldBack ? 'quarantined' : 'backoff', until: now + delayMs });
}

/** How long a start has taken that failed, or is given up now. Waiting for others is no part of it. */
function triedFor(life: Life, now: number): number {
  if (life.name === 'ending') return life.triedMs;
  return life.name === 'spawning' || life.name === 'initialising' ? now - life.since : 0;
}

function drain(child: ChildRecord, event: Extract<LifeEvent, { kind: 'drain' }>, now: number): Step {
  const { life } = child;
  const { deadline, handOver, again } = event;
  switch (life.name) {
    case 'initialised':
    case 'starting':
    case 'running':
      return to(
        child,
        { name: 'draining', since: now, pid: life.pid, deadline, handOver, yielded: false, again },
        [{ kind: 'drain', deadlineMs: Math.max(0, Math.round(deadline - now)), handOver }],
      );
    case 'spawning':
    case 'registered':
    case 'initialising':
      return condemn(
        child,
        { kind: 'condemn', reason: 'not needed any more', again: false, stage: 'term' },
        now,
      );
    case 'backoff':
    case 'quarantined':
    case 'refused':
    case 'gave-up':
    case 'stopped':
      return again ? same(child) : to(child, { name: 'stopped' });
    case 'draining':
      if (again || (!life.again && !life.handOver)) return same(child);
      // The whole show stops: what was to be handed over is to be finished, if that is still possible.
      return to(child, { ...life, deadline: Math.max(life.deadline, deadline), again: false });
    case 'ending':
      return to(child, { ...life, again: life.again && again });
  }
}

/** Ends the process: politely first, unless it would not hear; then it is asked what it was doing. */
function condemn(
  child: ChildRecord,
  { reason, again, stage }: Extract<LifeEvent, { kind: 'condemn' }>,
  now: number,
): Step {
  const { life } = child;
  if (!('pid' in life)) return same(child);
  if (life.name === 'ending') return to(child, { ...life, again: life.again && again });
  const ranMs = 'readySince' in life ? now - life.readySince : 0;
  const goesOn = life.name === 'draining' ? life.again && again : again;
  const ending: Life = {
    name: 'ending',
    since: now,
    pid: life.pid,
    stage,
    again: goesOn,
    ranMs,
    triedMs: triedFor(life, now),
    reason,
  };
  const duty = child.spec.holdsPlace ? child.duty : undefined;
  return to({ ...child, duty }, ending, [effectOf[stage]]);
}

const effectOf: Record<Stage, Effect> = {
  term: { kind: 'signal', signal: 'SIGTERM' },
  report: { kind: 'report' },
  kill: { kind: 'signal', signal: 'SIGKILL' },
};

function tick(child: ChildRecord, now: number): Step {
  const { life, spec } = child;
  const hang = (reason: string) =>
    condemn(child, { kind: 'condemn', reason, again: true, stage: 'report' }, now);
  switch (life.name) {
    case 'spawning':
    case 'initialising':
      if (now - life.since < spec.readyTimeoutMs) return same(child);
      return hang(`not ${phaseGoal[life.name]} within ${spec.readyTimeoutMs} ms`);
    case 'initialised':
    case 'starting':
    case 'running': {
      const silentMs = Math.round(now - life.heardAt);
      if (silentMs >= spec.heartbeatDeadlineMs) return hang(`no heartbeat for ${silentMs} ms`);
      if (life.name === 'starting' && now - life.since >= spec.readyTimeoutMs)
        return hang(`not started within ${spec.readyTimeoutMs} ms`);
      const idleMs = Math.round(now - life.progressAt);
      if (life.name === 'running' && idleMs >= spec.progressDeadlineMs)
        return hang(`has work in hand and finished nothing for ${idleMs} ms`);
      if (life.cutOffSince !== undefined && now - life.cutOffSince >= spec.reconnectTimeoutMs)
        return hang(`did not find the bus again within ${spec.reconnectTimeoutMs} ms`);
      const backoff = whileHealthy(child.backoff, life.readySince, now);
      return backoff === child.backoff ? same(child) : to({ ...child, backoff }, life);
    }
    case 'draining': {
      if (now < life.deadline) return same(child);
      const reason = 'did not finish in time';
      // Its successor starts now, and must not find it still speaking.
      const stage: Stage = life.handOver && !life.yielded ? 'kill' : 'term';
      return condemn(child, { kind: 'condemn', reason, again: life.again, stage }, now);
    }
    case 'ending': {
      const waitMs = { term: spec.termMs, report: spec.reportMs, kill: killAgainMs }[life.stage];
      if (now - life.since < waitMs) return same(child);
      // One that does not even end when it is killed is not waited for any longer.
      const duty = life.stage === 'kill' ? undefined : child.duty;
      return to({ ...child, duty }, { ...life, stage: 'kill', since: now }, [effectOf.kill]);
    }
    case 'registered':
    case 'backoff':
    case 'quarantined':
    case 'stopped':
    case 'refused':
    case 'gave-up':
      return same(child);
  }
}

const phaseGoal = { spawning: 'registered', initialising: 'initialised' } as const;

function to(child: ChildRecord, life: Life, effects: Effect[] = []): Step {
  return { child: { ...child, life }, effects };
}

function same(child: ChildRecord): Step {
  return { child, effects: [] };
}

function impossible(child: ChildRecord, event: LifeEvent): Error {
  return new Error(`Child "${child.id}" got ${event.kind} while ${child.life.name}`);
}
