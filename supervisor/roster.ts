import type { Duty } from '../protocol/ipc.ts';
import type { ChildRecord, LifeEvent } from './child-record.ts';
import { step } from './child-life.ts';
import type { ChildSpec } from './child-spec.ts';
import { beginReload, followReload, noteFailure } from './editions.ts';
import type { Hands } from './reconcile.ts';
import { reconcile, restsUntil } from './reconcile.ts';
import type { Output, RosterEvent, RosterState } from './roster-state.ts';
import { childrenOf, isActive, newService } from './roster-state.ts';

/** More steps than any event can need: a rule that undoes another is a mistake, and must not hang the supervisor. */
const maxSteps = 500;

/**
 * Who works, who stands by, who comes and who goes, over all services. Pure: no clock, no process; whatever has to be done is returned.
 * Every event goes through here, and after each one what is wanted is compared with what there is.
 */
export class Roster {
  readonly state: RosterState;
  #outputs: Output[] = [];
  #now = 0;
  #random: () => number = () => 0.5;
  /** Something may be different since what is wanted was last compared with what there is. */
  #touched = true;
  #restsUntil = -Infinity;
  readonly #hands: Hands = {
    apply: (id, event) => this.#apply(id, event),
    add: (child) => {
      this.state.children.set(child.id, child);
    },
    mark: (id, change) => this.#change(id, change),
    promote: (child, service, { lease, share, reason }) => {
      service.vacant = service.vacant.filter((one) => one !== lease);
      if (lease === `${service.spec.id}/${service.nextLease}`) service.nextLease += 1;
      service.epoch += 1;
      const duty: Duty = { lease, epoch: service.epoch, ...(share ? { share } : {}) };
      this.#apply(child.id, { kind: 'promote', duty });
      const promoted = this.state.children.get(child.id);
      if (promoted) this.#outputs.push({ kind: 'promoted', child: promoted, duty, reason });
    },
  };

  constructor(specs: ChildSpec[], edition = 1) {
    this.state = {
      services: new Map(specs.map((spec) => [spec.id, newService(spec)])),
      children: new Map(),
      pastEpochs: new Map(),
      pastGenerations: new Map(),
      busReady: false,
      sparesAllowed: false,
      stopping: false,
      edition,
      reload: undefined,
    };
  }

  get children(): ChildRecord[] {
    return [...this.state.children.values()];
  }

  /** `now` in milliseconds of the supervisor's clock; `random` in [0, 1) is drawn for jitter. */
  handle(event: RosterEvent, now: number, random: () => number): Output[] {
    this.#now = now;
    this.#random = random;
    this.#outputs = [];
    this.#take(event);
    // Most events are heartbeats and ticks after which nothing is different, and what is wanted does not hang on them.
    const isQuiet = event.kind === 'tick' && !this.#touched && now < this.#restsUntil;
    if (!isQuiet && (event.kind !== 'child' || event.event.kind !== 'heartbeat')) {
      this.#settle();
      this.#touched = false;
      this.#restsUntil = restsUntil(this.state, now);
    }
    return this.#outputs;
  }

  #take(event: RosterEvent): void {
    const { state } = this;
    switch (event.kind) {
      case 'child':
        if (state.children.get(event.id)?.generation === event.generation) this.#apply(event.id, event.event);
        return;
      case 'tick':
        for (const id of state.children.keys()) this.#apply(id, { kind: 'tick' });
        return;
      case 'bus':
        if (event.ready && !state.busReady) this.#wake(({ spec }) => spec.needsBus);
        state.busReady = event.ready;
        return;
      case 'allow-spares':
        state.sparesAllowed = true;
        return;
      case 'epochs':
        for (const [id, epoch] of event.epochs) {
          const service = state.services.get(id);
          if (service) service.epoch = Math.max(service.epoch, epoch);
          else state.pastEpochs.set(id, Math.max(state.pastEpochs.get(id) ?? 0, epoch));
        }
        return;
      case 'scale': {
        const service = state.services.get(event.service);
        if (!service) return;
        const { min, max } = service.spec.replicas;
        service.wanted = Math.min(max, Math.max(min, event.wanted));
        return;
      }
      case 'retire': {
        const child = state.children.get(event.id);
        if (child && child.retiring === '')
          state.children.set(child.id, { ...child, retiring: event.reason });
        return;
      }
      case 'reload':
        this.#outputs.push(...beginReload(state, event.specs, event.edition, this.#now));
        this.#wake(() => true);
        return;
      case 'stop':
        state.stopping = true;
        for (const child of this.children) {
          const isSpare = child.duty === undefined;
          if (!isSpare && !event.services.includes(child.spec.id)) continue;
          this.#apply(child.id, { kind: 'drain', deadline: event.deadline, handOver: false, again: false });
        }
    }
  }

  #settle(): void {
    const { state } = this;
    if (state.stopping) return;
    this.#outputs.push(...followReload(state, this.#now));
    for (let steps = 0; steps < maxSteps; steps++) {
      let done = true;
      for (const service of state.services.values()) {
        if (reconcile(state, service, this.#now, this.#hands)) done = false;
      }
      if (done) return;
    }
    throw new Error(`The roster does not come to rest after ${maxSteps} steps`);
  }

  /** The one place where a child's state changes. */
  #apply(id: string, event: LifeEvent): void {
    const before = this.state.children.get(id);
    if (!before) return;
    const { child, effects } = step(before, event, this.#now, this.#random());
    if (child === before) return;
    this.state.children.set(id, child);
    if (event.kind !== 'heartbeat' && (event.kind !== 'tick' || child.life !== before.life))
      this.#touched = true;
    if (child.life.name !== before.life.name || child.generation !== before.generation)
      this.#outputs.push({ kind: 'changed', before, child, on: event.kind });
    for (const effect of effects) this.#outputs.push({ kind: 'effect', child, effect });
    if (event.kind === 'yielded' && child.spec.exclusive) this.#change(id, { duty: undefined });
    else this.#noteDuty(before, child);
    if (event.kind === 'started') this.#proved(child);
    this.#outputs.push(...noteFailure(this.state, before, child, event, this.#now));
    if (child.leaving && !('pid' in child.life)) {
      this.state.children.delete(id);
      this.state.pastGenerations.set(id, child.generation);
      this.#outputs.push({ kind: 'gone', id });
      this.#dropService(child.spec.id);
    }
  }

  /** Once the last child of a service that is no longer wanted is gone. */
  #dropService(id: string): void {
    const { services, children, pastEpochs } = this.state;
    const service = services.get(id);
    if (!service?.removed || [...children.values()].some(({ spec }) => spec.id === id)) return;
    services.delete(id);
    pastEpochs.set(id, service.epoch);
  }

  #change(id: string, change: Partial<ChildRecord>): void {
    const before = this.state.children.get(id);
    if (!before) return;
    const child = { ...before, ...change };
    this.state.children.set(id, child);
    this.#noteDuty(before, child);
  }

  /** A lease that was lost is free for somebody else; that of one which leaves its side by side successor is not used again. */
  #noteDuty(before: ChildRecord, child: ChildRecord): void {
    if (!before.duty || child.duty) return;
    const service = this.state.services.get(child.spec.id);
    const isPlanned = before.life.name === 'draining';
    const left = isPlanned && !child.spec.exclusive;
    if (service && !isPlanned) service.bereftAt = this.#now;
    if (service && !left && !before.leaving) service.vacant.push(before.duty.lease);
  }

  #proved({ spec }: ChildRecord): void {
    const service = this.state.services.get(spec.id);
    if (service) service.proven = true;
    this.#wake(({ spec: { dependsOn } }) => dependsOn.includes(spec.id));
  }

  /** What they need is there again: they are tried at once. */
  #wake(who: (child: ChildRecord) => boolean): void {
    for (const child of this.children) {
      const { name } = child.life;
      if ((name === 'backoff' || name === 'quarantined') && who(child))
        this.#apply(child.id, { kind: 'wake' });
    }
  }
}

/** Children of a service that work now. */
export function activesOf(state: RosterState, service: string): ChildRecord[] {
  return childrenOf(state, service).filter(isActive);
}
