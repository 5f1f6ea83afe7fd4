import type { ChildRecord } from './child-record.ts';
import { pidOf } from './child-record.ts';
import type { Signal, SignalKind, StandIn } from './incidents/signal.ts';
import type { Output, RosterState } from './roster-state.ts';
import { processFailures } from './incidents/signal.ts';
import { childrenOf, isActive, placesOf } from './roster-state.ts';

/** What the roster did, as the incident desk understands it. `at` in unix milliseconds; `state` as it is since then. */
export function signalsOf(output: Output, at: number, state: RosterState): Signal[] {
  switch (output.kind) {
    case 'changed': {
      const { before, child } = output;
      const standIn = standInFor(before, child, state);
      const signals = ofChange(before, child, at);
      return standIn === undefined ? signals : signals.map((signal) => withStandIn(signal, standIn));
    }
    case 'promoted':
      return [signal(output.child, 'promoted', `${output.duty.lease} epoch ${output.duty.epoch}`, at)];
    case 'reload':
      return ofReload(output.phase, output.reason, at);
    case 'effect':
    case 'gone':
      return [];
  }
}

function ofChange(before: ChildRecord, child: ChildRecord, at: number): Signal[] {
  const { life } = child;
  const was = before.life.name;
  switch (life.name) {
    case 'spawning':
      return [signal(child, 'spawned', `generation ${child.generation}`, at)];
    case 'initialised':
      return [signal(child, 'initialised', `pid ${pidOf(child)}`, at)];
    case 'running':
      return [signal(child, 'running', `pid ${pidOf(child)}`, at)];
    case 'draining':
      return life.again || life.handOver
        ? [signal(child, 'retired', child.retiring || 'another configuration', at)]
        : [];
    case 'ending':
      return life.again ? [withDetection(signal(child, kindOfVerdict(life.reason), life.reason, at))] : [];
    case 'quarantined':
      return [ended(before, child, at), signal(child, 'quarantined', child.lastReason, at)];
    case 'refused':
      return [signal(child, 'refused', child.lastReason, at)];
    case 'gave-up':
      return [signal(child, 'gave-up', child.lastReason, at)];
    case 'backoff':
      return was === 'draining' || was === 'ending' ? [] : [ended(before, child, at)];
    case 'stopped':
    case 'registered':
    case 'initialising':
    case 'starting':
      return [];
  }
}

/** Who does its work without this child; undefined: nobody, or it was the one at work until now and its end is told as such. */
function standInFor(
  before: ChildRecord,
  { spec, id, life }: ChildRecord,
  state: RosterState,
): StandIn | undefined {
  const service = state.services.get(spec.id);
  const working = childrenOf(state, spec.id).filter((other) => other.id !== id && isActive(other)).length;
  if (!service || working === 0) return undefined;
  if (working < placesOf(service)) return 'some';
  // One that keeps failing is missed only as a spare from now on.
  const isGone = life.name === 'quarantined' || life.name === 'refused' || life.name === 'gave-up';
  return before.duty === undefined || isGone ? 'all' : undefined;
}

const withStandIn = (signal: Signal, standIn: StandIn): Signal =>
  processFailures.includes(signal.kind) ? { ...signal, standIn } : signal;

/** A silence says how long the fault had been there before it was seen. */
function withDetection(signal: Signal): Signal {
  const [, ms] = /for (\d+) ms/.exec(signal.detail) ?? [];
  return ms === undefined ? signal : { ...signal, figures: { detectionMs: Number(ms) } };
}

/** A process that never came as far as being ready failed at its start. */
function ended(before: ChildRecord, child: ChildRecord, at: number): Signal {
  const early = ['spawning', 'registered', 'initialising'].includes(before.life.name);
  return signal(child, early ? 'start-failed' : 'exited', child.lastReason, at);
}

function kindOfVerdict(reason: string): SignalKind {
  if (reason.startsWith('no heartbeat')) return 'heartbeat-missed';
  if (reason.startsWith('has work in hand')) return 'no-progress';
  if (reason.startsWith('did not find the bus')) return 'reconnect-failed';
  if (reason.startsWith('not ')) return 'not-ready';
  return reason.startsWith('used ') ? 'memory-hard' : 'exited';
}

function ofReload(phase: string, reason: string, at: number): Signal[] {
  const kinds: Record<string, SignalKind> = {
    preparing: 'reload-begun',
    done: 'reload-done',
    'rolling-back': 'reload-rolled-back',
  };
  const kind = kinds[phase];
  return kind ? [{ at, component: 'configuration', child: '', kind, detail: reason }] : [];
}

function signal({ spec, id }: ChildRecord, kind: SignalKind, detail: string, at: number): Signal {
  return { at, component: spec.id, child: id, kind, detail };
}
