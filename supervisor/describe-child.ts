import type { ChildState } from '../protocol/ipc.ts';
import type { ChildRecord } from './child-life.ts';
import { pidOf } from './child-life.ts';
import type { Sample } from './sampler.ts';

/** A child as the state file shows it. */
export function describeChild(
  child: ChildRecord,
  sample: Sample | undefined,
  counters: Record<string, number> | undefined,
): ChildState {
  const { spec, life, generation, restarts, lastReason, address } = child;
  return {
    id: spec.id,
    role: spec.role,
    pid: pidOf(child),
    state: life.name,
    spare: false,
    generation,
    restarts,
    rssMb: sample?.rssMb ?? 0,
    cpuPct: sample?.cpuPct ?? 0,
    lastReason,
    address,
    counters: counters ?? {},
  };
}

/** What a person should hear about a change; empty: nothing. */
export function announcement(before: ChildRecord, child: ChildRecord, now: number): string {
  const { id } = child.spec;
  if (child.restarts > before.restarts) {
    const wait = child.life.name === 'backoff' ? `in ${child.life.until - now} ms` : 'now';
    return `${id} ${child.lastReason}, starting it again ${wait}`;
  }
  if (child.life.name === 'refused')
    return `${id} ${child.lastReason}: its configuration is wrong, not started again`;
  if (child.life.name !== 'running' || before.life.name === 'running') return '';
  return child.restarts > 0 ? `${id} is back (restart ${child.restarts})` : `${id} started`;
}
