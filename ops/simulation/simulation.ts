import type { ChildSpec } from '../../supervisor/child-spec.ts';
import { startLayers } from '../../supervisor/child-spec.ts';
import type { ChildRecord } from '../../supervisor/child-record.ts';
import { missingServices } from '../../supervisor/roster-state.ts';
import { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import type { Badness, Behaviour } from './behaviour.ts';
import { drawBehaviour } from './behaviour.ts';
import { describe, hasEndedOnes, isQuiet, isSound, isWell } from './conditions.ts';
import type { Core, MakeCore } from './core.ts';
import { makeRoster } from './core.ts';
import { drawChangedShow, drawShow } from './draw-show.ts';
import { inflictFault } from './faults.ts';
import type { Property } from './properties.ts';
import { PropertyViolation } from './properties.ts';
import { Shell } from './shell.ts';
import type { Trace } from './trace.ts';
import { noTrace, openTrace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

export interface SimulationOptions {
  seed: number;
  makeCore?: MakeCore;
  /** Told every line of what happens; undefined: nobody reads it. */
  onLine?: (line: string) => void;
}

export interface SimulationResult {
  seed: number;
  faults: number;
  events: number;
  /** Virtual time that passed. */
  ms: number;
  violation: { property: Property; detail: string; atMs: number } | undefined;
}

const sparesAfterMs = 1_500;
const lookEveryMs = 250;
const maxStartMs = 30_000;
const wellWithinMs = 90_000;
const quarantineEndsWithinMs = 120_000;
const reloadEndsWithinMs = 240_000;
const reloadGivesUpMs = 320_000;
const staysMs = 3_000;
/** Twice this: SIGTERM, and a process that takes its time to end of SIGKILL. */
const hardStopMs = 4_500;
const stopTimeoutMs = 15_000;

/** One run, from the first spawn to the last exit, that is the same for the same seed. */
export function simulate(options: SimulationOptions): SimulationResult {
  const run = new Run(options);
  const violation = run.run();
  const { seed } = options;
  return { seed, faults: run.faults, events: run.events, ms: Math.round(run.now), violation };
}

class Run {
  faults = 0;
  readonly #time = new VirtualTime();
  readonly #random: SeededRandom;
  readonly #trace: Trace;
  readonly #core: Core;
  readonly #shell: Shell;
  /** How likely each thing is to be wrong with a new process. */
  readonly #weakness: number;
  readonly #tickMs: number;
  readonly #stormFaults: number;
  readonly #meanGapMs: number;
  #specs: ChildSpec[];
  #storm = true;
  #ended = false;
  #onAir = false;
  #edition = 1;
  readonly #badness = new Map<number, Badness>();
  /** By service. */
  readonly #curses = new Map<string, { badness: Badness; until: number }>();

  constructor({ seed, makeCore = makeRoster, onLine }: SimulationOptions) {
    const random = (this.#random = new SeededRandom(seed));
    this.#trace = onLine ? openTrace(this.#time, onLine) : noTrace;
    this.#weakness = random.pick([0.02, 0.1, 0.2, 0.5]);
    this.#tickMs = random.pick([50, 50, 100, 200]);
    this.#stormFaults = random.whole(50, 130);
    this.#meanGapMs = random.pick([40, 120, 250, 400]);
    this.#specs = drawShow(random);
    this.#core = makeCore(this.#specs);
    this.#shell = new Shell({
      core: this.#core,
      time: this.#time,
      random,
      trace: this.#trace,
      // A bad configuration is bad in good weather too.
      stormy: () => this.#storm || this.#badness.has(this.#core.state.edition),
      behaviourFor: (child) => this.#behaviourFor(child),
    });
  }

  get now(): number {
    return this.#time.now;
  }

  get events(): number {
    return this.#shell.events;
  }

  run(): SimulationResult['violation'] {
    try {
      this.#begin();
      const stopsEarly = this.#random.chance(0.2);
      this.#rage(stopsEarly ? this.#random.whole(1, this.#stormFaults) : this.#stormFaults);
      if (!stopsEarly) this.#recover();
      this.#stop();
      return undefined;
    } catch (error) {
      if (!(error instanceof PropertyViolation)) throw error;
      const { property, message } = error;
      this.#trace.add('VIOLATION', message);
      return { property, detail: message, atMs: this.#time.now };
    }
  }

  #begin(): void {
    const { state } = this.#core;
    this.#tick();
    this.#shell.handle({ kind: 'tick' });
    this.#time.after(this.#random.whole(100, 3_000), () => {
      const epochs = new Map(this.#specs.map(({ id }) => [id, this.#random.whole(0, 9)]));
      this.#shell.tell({ kind: 'epochs', epochs });
      this.#setBus(true);
    });
    // Half of the shows have to begin in bad weather.
    if (this.#random.chance(0.5)) this.#time.runUntil(maxStartMs, () => this.#onAir && isWell(state));
  }

  #tick(): void {
    if (this.#ended) return;
    this.#shell.tick();
    if (!this.#onAir && missingServices(this.#core.state).every(({ isHopeless }) => isHopeless)) {
      this.#onAir = true;
      this.#trace.add('supervisor', 'on air');
      this.#time.after(sparesAfterMs, () => this.#shell.tell({ kind: 'allow-spares' }));
    }
    this.#time.after(this.#tickMs, () => this.#tick());
  }

  /** Faults, one after the other. */
  #rage(count: number): void {
    const scene = {
      shell: this.#shell,
      state: this.#core.state,
      time: this.#time,
      random: this.#random,
      stormy: () => this.#storm,
      note: (what: string) => this.#trace.add('FAULT', what),
      reload: (badness: Badness | undefined) => this.#reload(badness),
      setBus: (ready: boolean) => this.#setBus(ready),
      curse: (service: string, badness: Badness, ms: number) =>
        this.#curses.set(service, { badness, until: this.#time.now + ms }),
    };
    for (let index = 0; index < count; index++) {
      if (inflictFault(scene)) this.faults += 1;
      const gapMs = -Math.log(1 - this.#random.next()) * this.#meanGapMs;
      this.#time.runUntil(this.#time.now + gapMs, () => false);
    }
  }

  /** Nothing goes wrong any more: all has to become well by itself. */
  #recover(): void {
    const { state } = this.#core;
    this.#trace.add('CALM', 'nothing goes wrong from now on');
    this.#storm = false;
    this.#time.runUntil(this.#time.now + 10_000, () => !this.#shell.isLate);
    this.#setBus(true);
    // The last faults' ends are still to be heard of.
    this.#time.runUntil(this.#time.now + 1_000, () => false);
    // Who says that its configuration is wrong is waiting for another.
    if (this.#needsPerson()) this.#reload(undefined);
    for (;;) {
      // Where some are not for ever, nobody may be left to take over: then only the last time limit ends it.
      this.#wait('reload-ends', reloadEndsWithinMs, () => !state.reload || hasEndedOnes(state));
      this.#wait('reload-ends', reloadGivesUpMs, () => !state.reload);
      this.#wait(
        'gets-well',
        wellWithinMs,
        () => isWell(state) || state.reload !== undefined || this.#needsPerson(),
      );
      if (this.#needsPerson() && !state.reload) this.#reload(undefined);
      if (isWell(state) && !state.reload) break;
    }
    if (this.#badness.has(state.edition))
      throw new PropertyViolation(
        'bad-reload-undone',
        `edition ${state.edition} ${this.#badness.get(state.edition)}`,
      );
    this.#wait('leaves-quarantine', quarantineEndsWithinMs, () => isSound(state));
    this.#wait('gets-well', wellWithinMs, () => isWell(state) && isQuiet(state) && this.#ailing() === '');
    this.#shell.watch.changes = 0;
    this.#time.runUntil(this.#time.now + staysMs, () => false);
    if (this.#shell.watch.changes > 0 || !isWell(state))
      throw new PropertyViolation('stays-well', `${this.#shell.watch.changes} changes: ${describe(state)}`);
  }

  /** Who has something from the storm that is not over; empty: nobody. */
  #ailing(): string {
    const ailing = this.#shell.members.filter(({ ails }) => ails);
    return ailing.length === 0 ? '' : `ailing: ${ailing.map(({ id }) => id).join(', ')}; `;
  }

  #needsPerson(): boolean {
    for (const { life, leaving } of this.#core.state.children.values())
      if (!leaving && (life.name === 'refused' || life.name === 'gave-up')) return true;
    return false;
  }

  /** As the supervisor stops: layer by layer, each with its time. */
  #stop(): void {
    const { state } = this.#core;
    this.#storm = false;
    const isStoppedTwice = this.#random.chance(0.3);
    const end = this.#time.now + stopTimeoutMs;
    this.#trace.add('supervisor', 'stops');
    this.#time.runUntil(this.#time.now + 10_000, () => !this.#shell.isLate);
    const layers = startLayers([...state.children.values()].map(({ spec }) => spec)).reverse();
    for (const [index, layer] of layers.entries()) {
      const left = Math.max(0, end - this.#time.now);
      const drainMs = index === layers.length - 1 ? left : Math.min(left / 2, 4_000);
      const services = layer.map(({ id }) => id);
      this.#shell.handle({ kind: 'stop', services, deadline: this.#shell.clockNow + drainMs });
      if (isStoppedTwice && index === 0)
        this.#shell.handle({ kind: 'stop', services, deadline: this.#shell.clockNow });
      const stopped = () =>
        [...state.children.values()].every(
          ({ spec, life }) => !services.includes(spec.id) || !('pid' in life),
        );
      this.#time.runUntil(this.#time.now + left + hardStopMs, stopped);
    }
    this.#wait('stops', hardStopMs, () => this.#shell.processes.size === 0);
    this.#ended = true;
  }

  #wait(property: Property, ms: number, condition: () => boolean): void {
    const { state } = this.#core;
    const end = this.#time.now + ms;
    while (!condition()) {
      if (this.#time.now >= end) throw new PropertyViolation(property, `${this.#ailing()}${describe(state)}`);
      this.#time.runUntil(Math.min(end, this.#time.now + lookEveryMs), () => false);
    }
  }

  #setBus(ready: boolean): void {
    if (this.#shell.busReady === ready) return;
    this.#shell.busReady = ready;
    this.#shell.tell({ kind: 'bus', ready });
  }

  #reload(badness: Badness | undefined): void {
    const edition = ++this.#edition;
    if (badness) this.#badness.set(edition, badness);
    this.#specs = drawChangedShow(this.#specs, this.#random);
    this.#trace.add(
      'RELOAD',
      `edition ${edition}${badness ? ` ${badness}` : ''}: ${this.#specs.map(({ id }) => id).join(' ')}`,
    );
    this.#shell.tell({ kind: 'reload', specs: this.#specs, edition });
  }

  #behaviourFor({ edition, spec }: ChildRecord): Behaviour {
    const curse = this.#curses.get(spec.id);
    const isCursed = curse && this.#storm && this.#time.now < curse.until;
    const badness = this.#badness.get(edition) ?? (isCursed ? curse.badness : undefined);
    const { behaviour, faults } = drawBehaviour(this.#random, this.#storm ? this.#weakness : 0, badness);
    this.faults += faults;
    return behaviour;
  }
}
