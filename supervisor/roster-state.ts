import type { Duty } from '../protocol/ipc.ts';
import type { ChildRecord, Effect, LifeEvent } from './child-record.ts';
import type { ChildSpec } from './child-spec.ts';

/** A service: children that do the same thing. */
export interface ServiceRecord {
  spec: ChildSpec;
  /** How many children shall work. */
  wanted: number;
  /** Among how many its rooms are shared out now, when it is sharded. */
  shares: number;
  /** The highest epoch that was given out. */
  epoch: number;
  /** Leases whose holders lost them; taken before new ones are made. */
  vacant: string[];
  nextLease: number;
  /** When somebody last lost a duty without having been asked to hand it over; -Infinity: never. */
  bereftAt: number;
  /** It has worked at least once: those that depend on it need not wait again. */
  proven: boolean;
  /** No longer in the configuration. */
  removed: boolean;
}

/**
 * A new configuration or new code on its way in. `preparing`: each service gets a spare of the new edition, nothing has changed for
 * the listeners; `switching`: one after the other takes over; `probation`: all run, and have to for a while.
 */
export interface Reload {
  phase: 'preparing' | 'switching' | 'probation' | 'rolling-back';
  since: number;
  from: { edition: number; specs: ChildSpec[] };
  failures: number;
  /** Ends by a SIGKILL that was not ours. */
  kills: number;
}

export interface RosterState {
  services: Map<string, ServiceRecord>;
  children: Map<string, ChildRecord>;
  /** The highest epochs of services that are not there now: when they come back, who listens still drops what is below. */
  pastEpochs: Map<string, number>;
  /** The last generation of children that are gone: a late word of one is not taken for that of another with its name. */
  pastGenerations: Map<string, number>;
  busReady: boolean;
  /** Spares come once the show is on: the first sound does not wait for them. */
  sparesAllowed: boolean;
  stopping: boolean;
  /** Of the configuration that is wanted. */
  edition: number;
  reload: Reload | undefined;
}

export type RosterEvent =
  | { kind: 'child'; id: string; generation: number; event: LifeEvent }
  | { kind: 'tick' }
  | { kind: 'bus'; ready: boolean }
  | { kind: 'allow-spares' }
  /** What an earlier supervisor had given out. */
  | { kind: 'epochs'; epochs: Map<string, number> }
  | { kind: 'scale'; service: string; wanted: number }
  /** Replace it in order, as soon as another can take over. */
  | { kind: 'retire'; id: string; reason: string }
  | { kind: 'reload'; specs: ChildSpec[]; edition: number }
  /** Each child of the services finishes what it has, and ends; nothing is started any more. */
  | { kind: 'stop'; services: string[]; deadline: number };

export type Output =
  | { kind: 'effect'; child: ChildRecord; effect: Effect }
  | { kind: 'changed'; before: ChildRecord; child: ChildRecord; on: LifeEvent['kind'] }
  | { kind: 'promoted'; child: ChildRecord; duty: Duty; reason: string }
  | { kind: 'gone'; id: string }
  | { kind: 'reload'; phase: Reload['phase'] | 'done' | 'rolled-back'; edition: number; reason: string };

export function newService(spec: ChildSpec, epoch = 0): ServiceRecord {
  return {
    spec,
    wanted: spec.replicas.min,
    shares: spec.replicas.min,
    epoch,
    vacant: [],
    nextLease: 1,
    bereftAt: -Infinity,
    proven: false,
    removed: false,
  };
}

/** The children of a service that are to stay. */
export function childrenOf(state: RosterState, service: string): ChildRecord[] {
  const children: ChildRecord[] = [];
  for (const child of state.children.values())
    if (child.spec.id === service && !child.leaving) children.push(child);
  return children;
}

/** It has its duty, and is able to do it. */
export function isActive({ duty, life }: ChildRecord): boolean {
  return duty !== undefined && (life.name === 'starting' || life.name === 'running' || isGivingUp({ life }));
}

/** It still has its duty and is about to hand it over. */
function isGivingUp({ life }: Pick<ChildRecord, 'life'>): boolean {
  return life.name === 'draining' && life.handOver && !life.yielded;
}

/** It could take over at once. */
export function isReady({ duty, life, retiring }: ChildRecord): boolean {
  return duty === undefined && life.name === 'initialised' && retiring === '';
}

/** It will not come up by itself soon: who depends on it goes on without it. */
function isDown(child: ChildRecord): boolean {
  const { name } = child.life;
  // One that keeps failing is no nearer because it is being tried once more.
  const isTried = ['spawning', 'registered', 'initialising', 'ending', 'backoff'].includes(name);
  if (isTried && child.backoff.quarantined) return true;
  return name === 'quarantined' || name === 'refused' || name === 'gave-up' || hasEnded(child);
}

/** It was not for ever, and is not started again. */
export function hasEnded({ life }: ChildRecord): boolean {
  return life.name === 'stopped';
}

/** Whether a service may begin its work: what it depends on works, or is known not to. */
export function mayWork(state: RosterState, { dependsOn }: ChildSpec): boolean {
  return dependsOn.every((id) => {
    const service = state.services.get(id);
    if (!service || service.proven) return true;
    const children = childrenOf(state, id);
    return children.length > 0 && children.every(isDown);
  });
}

/** How many shall work now: what is wanted, once the rooms are shared out among so many. */
export const placesOf = ({ spec, wanted, shares }: ServiceRecord): number => (spec.sharded ? shares : wanted);

export type Condition = 'well' | 'degraded' | 'down';

/** `degraded`: it works, but not all that should work or stand by do. */
export function conditionOf(state: RosterState, service: string): Condition {
  const record = state.services.get(service);
  if (!record || record.removed) return 'well';
  const children = childrenOf(state, service);
  const working = children.filter((child) => child.duty && child.life.name === 'running').length;
  if (working === 0) return 'down';
  const standingBy = children.filter(isReady).length;
  const spares = state.sparesAllowed ? record.spec.spares : 0;
  return working >= placesOf(record) && standingBy >= spares ? 'well' : 'degraded';
}

/** The same for anything that incidents are about; what is not known is well. */
export function componentCondition(state: RosterState, component: string): Condition {
  if (component === 'bus') return state.busReady ? 'well' : 'down';
  return conditionOf(state, component);
}

/** Services that do not work, and whether that will not change soon. */
export function missingServices(state: RosterState): { id: string; isHopeless: boolean }[] {
  return [...state.services.keys()]
    .filter((id) => conditionOf(state, id) === 'down')
    .map((id) => ({ id, isHopeless: childrenOf(state, id).some(isDown) }));
}

/** All but to start a process, which takes as long as everything else together. */
export const isUrgent = (output: Output): boolean =>
  output.kind === 'effect' && output.effect.kind !== 'spawn';
