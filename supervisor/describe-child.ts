import type { ChildState } from '../protocol/ipc.ts';
import type { ChildRecord } from './child-record.ts';
import { pidOf } from './child-record.ts';
import type { Sample } from './sampler.ts';

export interface Details {
  usage: Sample | undefined;
  counters: Record<string, number> | undefined;
  startTime: string;
  /** Unix milliseconds. */
  since: number;
  /** Enough others of its service work. */
  spare: boolean;
}

/** A child as the state file shows it. */
export function describeChild(child: ChildRecord, details: Details): ChildState {
  const { id, spec, life, duty, generation, edition, restarts, lastReason, address } = child;
  const { usage, counters, startTime, since, spare } = details;
  return {
    id,
    service: spec.id,
    role: spec.role,
    pid: pidOf(child),
    startTime: pidOf(child) > 0 ? startTime : '',
    since,
    state: life.name,
    spare,
    lease: duty?.lease ?? '',
    epoch: duty?.epoch ?? 0,
    generation,
    edition,
    restarts,
    rssMb: usage?.rssMb ?? 0,
    cpuPct: usage?.cpuPct ?? 0,
    lastReason,
    address,
    counters: counters ?? {},
  };
}

/** What a person should hear about a change; empty: nothing. `now` on the supervisor's clock. */
export function announcement(before: ChildRecord, child: ChildRecord, now: number): string {
  const { id, life, lastReason, restarts } = child;
  if (restarts > before.restarts && 'until' in life) {
    const waitMs = Math.max(0, Math.round(life.until - now));
    const wait = waitMs > 0 ? `in ${(waitMs / 1_000).toFixed(1)} s` : 'now';
    const often = life.name === 'quarantined' ? ' (it keeps failing)' : '';
    return `${id} ${lastReason}, starting it again ${wait}${often}`;
  }
  if (life.name === 'refused') return `${id} ${lastReason}: its configuration is wrong, waiting for another`;
  if (life.name === 'gave-up') return `${id} ${lastReason}: it says that it will never work here`;
  if (life.name === 'ending' && before.life.name === 'running' && life.again)
    return `${id} ${life.reason}, ended`;
  if (life.name === 'draining' && before.life.name === 'running' && life.again)
    return `${id} is being replaced: ${child.retiring || 'another configuration'}`;
  if (life.name !== 'running') return '';
  return restarts > 0 ? `${id} is back (restart ${restarts})` : `${id} started`;
}
