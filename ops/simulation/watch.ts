import type { Share } from '../../protocol/sharding.ts';
import { everything } from '../../protocol/sharding.ts';
import type { ChildRecord, Effect } from '../../supervisor/child-record.ts';
import type { Output, RosterEvent, RosterState, ServiceRecord } from '../../supervisor/roster-state.ts';
import { placesOf } from '../../supervisor/roster-state.ts';
import { PropertyViolation } from './properties.ts';
import type { SimulatedProcess } from './simulated-process.ts';

const minuteMs = 60_000;
const maxRestarts = 8;
/** A process that worked for so long does not fail early. */
const steadyMs = 5_000;
const killedMs = 1_000;

export interface WatchOptions {
  state: RosterState;
  /** Processes that are alive. */
  processes: Set<SimulatedProcess>;
  now: () => number;
}

/** Looks at every output of the core, and at the state after every event, for what must never be. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #epochs = new Map<string, number>();
  /** When children failed early. */
  readonly #failures = new Map<string, number[]>();
  /** When something happened that lets a child try again at once. */
  readonly #wakes = new Map<string, number[]>();
  /** What was spawned on behalf of the present event. */
  readonly #spawned = new Set<string>();
  readonly #began = new Set<string>();
  /** Once it is calm, changes are looked for. */
  changes = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  before(event: RosterEvent): void {
    this.#spawned.clear();
    const { state, now } = this.#options;
    this.#noteWake(event);
    if (event.kind !== 'child' || event.event.kind !== 'exited') return;
    const child = state.children.get(event.id);
    if (child?.generation !== event.generation) return;
    const { life } = child;
    const ranMs = 'readySince' in life ? now() - life.readySince : life.name === 'ending' ? life.ranMs : 0;
    const planned = life.name === 'draining' || child.leaving;
    const byOthers = life.name !== 'ending' && event.event.exit === 'killed';
    const failsEarly = ranMs < (byOthers ? killedMs : steadyMs);
    if (!planned && failsEarly)
      this.#failures.set(event.id, [...(this.#failures.get(event.id) ?? []), now()].slice(-100));
  }

  #noteWake(event: RosterEvent): void {
    const { state, now } = this.#options;
    const isForAll = (event.kind === 'bus' && event.ready) || event.kind === 'reload';
    const isStarted = event.kind === 'child' && event.event.kind === 'started';
    const isForOne = event.kind === 'child' && event.event.kind === 'wake';
    if (!isForAll && !isStarted && !isForOne) return;
    const service = event.kind === 'child' ? (state.children.get(event.id)?.spec.id ?? '') : '';
    for (const { id, spec } of state.children.values()) {
      const isMeant =
        isForAll || (isForOne && event.id === id) || (isStarted && spec.dependsOn.includes(service));
      if (isMeant) this.#wakes.set(id, [...(this.#wakes.get(id) ?? []), now()].slice(-100));
    }
  }

  /** `process`: what the shell knows to be there for the child, alive or with its end not told yet. */
  output(output: Output, process: SimulatedProcess | undefined): void {
    switch (output.kind) {
      case 'effect':
        this.#effect(output.child, output.effect, process);
        return;
      case 'promoted':
        this.#promoted(output.child);
        return;
      case 'changed':
        this.changes += 1;
        if (output.child.life.name === 'ending') this.#condemned(output.child, process);
        return;
      case 'gone':
        this.#failures.delete(output.id);
        for (const id of this.#began) if (!this.#options.state.services.has(id)) this.#began.delete(id);
        return;
      case 'reload':
        return;
    }
  }

  /** After an event that changed something. */
  after(): void {
    const { state } = this.#options;
    const holders = new Map<string, ChildRecord>();
    const counts = new Map<string, { all: number; leaving: number }>();
    for (const child of state.children.values()) {
      const { duty, life, spec, leaving } = child;
      const count = counts.get(spec.id) ?? { all: 0, leaving: 0 };
      counts.set(spec.id, count);
      count.all += 1;
      if (leaving) count.leaving += 1;
      if (!duty) continue;
      if (life.name !== 'starting' && life.name !== 'running' && life.name !== 'draining') continue;
      const other = holders.get(duty.lease);
      if (other)
        throw new PropertyViolation('one-lease', `${child.id} and ${other.id} both have ${duty.lease}`);
      holders.set(duty.lease, child);
    }
    for (const [id, { all, leaving }] of counts) {
      const service = state.services.get(id);
      const { replicas, spares, sharded } = service?.spec ?? {
        replicas: { max: 3 },
        spares: 2,
        sharded: false,
      };
      // To share rooms out anew, those who are to have them stand by beside those who have them.
      const bound = (sharded ? 2 * replicas.max : replicas.max) + spares + 1;
      if (all - leaving > Math.max(bound, 6) || leaving > 12)
        throw new PropertyViolation(
          'few-processes',
          `${id} has ${all} children, ${leaving} of them on their way out`,
        );
    }
    if (!state.stopping) for (const service of state.services.values()) this.#takenOver(service);
  }

  #takenOver(service: ServiceRecord): void {
    const { spec, removed } = service;
    if (removed || !this.#mayBegin(spec.dependsOn)) return;
    const wanted = placesOf(service);
    let working = 0;
    let ready: ChildRecord | undefined;
    for (const child of this.#options.state.children.values()) {
      if (child.spec.id !== spec.id) continue;
      const { life, duty } = child;
      // The rooms are being shared out anew: only when the last has yielded are they free.
      if (duty?.share && duty.share.of !== service.shares) return;
      // What it has open is free once it is gone.
      if (life.name === 'ending' && duty && spec.holdsPlace) working += 1;
      // One that leaves may still speak: an exclusive duty is free only after that.
      if (child.leaving && !(spec.exclusive && duty && life.name === 'draining')) continue;
      if (life.name === 'starting' || life.name === 'running') working += 1;
      else if (life.name === 'draining' && duty && !life.yielded && (life.handOver || spec.exclusive))
        working += 1;
      else if (life.name === 'initialised' && child.retiring === '') ready = child;
    }
    if (working < wanted && ready)
      throw new PropertyViolation(
        'taken-over',
        `${ready.id} is ready, and only ${working} of ${wanted} work`,
      );
  }

  #mayBegin(dependsOn: string[]): boolean {
    const { state } = this.#options;
    return dependsOn.every((id) => !state.services.has(id) || this.#began.has(id));
  }

  #effect(child: ChildRecord, effect: Effect, process: SimulatedProcess | undefined): void {
    const { state, processes, now } = this.#options;
    if (effect.kind === 'spawn') {
      if (state.stopping) throw new PropertyViolation('nothing-after-stop', `${child.id} is spawned`);
      if (process)
        throw new PropertyViolation('one-process', `${child.id} is spawned, and has process ${process.pid}`);
      for (const other of processes)
        if (other.id === child.id)
          throw new PropertyViolation('one-process', `${child.id} still has ${other.pid}`);
      this.#spawned.add(child.id);
      this.#fewRestarts(child, now());
      return;
    }
    const isNone = !process || process.generation !== child.generation;
    // It could not be spawned, which the core is about to hear.
    if (isNone && child.life.name === 'ending' && child.life.pid === 0) return;
    if (isNone)
      throw new PropertyViolation(
        'living-target',
        `${effect.kind} for ${child.id}, generation ${child.generation}`,
      );
    if (this.#spawned.has(child.id))
      throw new PropertyViolation('no-waste', `${effect.kind} for ${child.id}`);
    if (effect.kind === 'start') this.#start(child, process);
    if (effect.kind === 'drain') this.#drained(child);
  }

  #fewRestarts({ id }: ChildRecord, now: number): void {
    const recent = (times: number[]) => times.filter((at) => now - at < minuteMs).length;
    const failures = recent(this.#failures.get(id) ?? []);
    if (failures <= maxRestarts) return;
    if (failures > maxRestarts + recent(this.#wakes.get(id) ?? []))
      throw new PropertyViolation('few-restarts', `${id} failed early ${failures} times within a minute`);
  }

  #start({ id, spec, duty }: ChildRecord, process: SimulatedProcess): void {
    const { state, processes } = this.#options;
    for (const dependency of spec.dependsOn) {
      if (this.#began.has(spec.id) || this.#began.has(dependency) || !state.services.has(dependency))
        continue;
      const isUp = [...state.children.values()].some(
        (child) => child.spec.id === dependency && !isKnownToBeDown(child) && !child.leaving,
      );
      if (isUp) throw new PropertyViolation('in-dependency-order', `${id} before ${dependency}`);
    }
    for (const other of processes) {
      if (other === process || !other.mayPutOut || other.spec.id !== spec.id) continue;
      if (!spec.exclusive && other.duty?.lease !== duty?.lease) continue;
      if (!overlap(other.duty?.share, duty?.share)) continue;
      const record = state.children.get(other.id);
      const ending =
        record?.generation === other.generation && record.life.name === 'ending' ? record.life : undefined;
      // Some do not even end by SIGKILL, and are not waited for.
      if (!ending || (spec.holdsPlace && ending.stage !== 'kill'))
        throw new PropertyViolation(
          'one-voice',
          `${id} starts, and ${other.id} (${other.pid}) has not yielded`,
        );
    }
  }

  #drained({ id, duty, retiring, leaving, edition, spec }: ChildRecord): void {
    const { state } = this.#options;
    if (state.stopping || leaving || retiring !== '' || edition !== state.edition) return;
    // Its rooms are shared out among more or fewer.
    if (duty?.share && duty.share.of !== state.services.get(spec.id)?.shares) return;
    const others = [...state.children.values()].filter(
      (child) =>
        child.spec.id === spec.id && (child.life.name === 'running' || child.life.name === 'starting'),
    );
    // More work than shall.
    if (duty && others.length >= (state.services.get(spec.id)?.wanted ?? 0)) return;
    throw new PropertyViolation('no-idle-swap', `${id}, ${duty ? `at work under ${duty.lease}` : 'a spare'}`);
  }

  #promoted({ id, spec, duty }: ChildRecord): void {
    const { state } = this.#options;
    const epoch = duty?.epoch ?? 0;
    if (state.stopping) throw new PropertyViolation('nothing-after-stop', `${id} is promoted`);
    if (epoch <= (this.#epochs.get(spec.id) ?? 0))
      throw new PropertyViolation(
        'epochs-grow',
        `${id} gets epoch ${epoch} after ${this.#epochs.get(spec.id)}`,
      );
    this.#epochs.set(spec.id, epoch);
  }

  #condemned({ id, life, leaving }: ChildRecord, process: SimulatedProcess | undefined): void {
    if (life.name !== 'ending' || !process?.alive || process.suspect || leaving) return;
    if (life.reason === 'not needed any more') return;
    if (process.slow && life.reason === 'did not finish in time') return;
    throw new PropertyViolation('no-false-kill', `${id}: ${life.reason}`);
  }

  /** A child has begun to work; told by the shell, so that it does not hang on what the core believes. */
  began({ id, spec, generation }: SimulatedProcess): void {
    const child = this.#options.state.children.get(id);
    if (child?.generation === generation && child.life.name === 'starting') this.#began.add(spec.id);
  }
}

/** Of two different sharings nobody can say which rooms are in both. */
function overlap(a: Share = everything, b: Share = everything): boolean {
  return a.of !== b.of || a.index === b.index;
}

function isKnownToBeDown({ life, backoff }: ChildRecord): boolean {
  if (life.name === 'stopped') return true;
  // It keeps failing, and is not ready.
  if (backoff.quarantined && !['initialised', 'starting', 'running', 'draining'].includes(life.name))
    return true;
  return life.name === 'quarantined' || life.name === 'refused' || life.name === 'gave-up';
}
