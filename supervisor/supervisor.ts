import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../protocol/config.ts';
import type { ChildOptions } from '../protocol/ipc.ts';
import type { Role } from '../protocol/roles.ts';
import { BusLink } from './bus-link.ts';
import type { ChildRecord } from './child-record.ts';
import { childSpecs, fillAddresses, startLayers } from './child-spec.ts';
import { Conversation } from './conversation.ts';
import { Crew } from './crew.ts';
import { announcement } from './describe-child.ts';
import { Healing } from './healing.ts';
import { HostWatch } from './host-watch.ts';
import type { Signal, SignalKind } from './incidents/signal.ts';
import { Leases } from './leases.ts';
import { Editions } from './loaded-editions.ts';
import { Repairs } from './repairs.ts';
import { ResourceWatch } from './resource-watch.ts';
import type { ResourceVerdict } from './resource-verdict.ts';
import type { Condition, Output, RosterEvent } from './roster-state.ts';
import { conditionOf } from './roster-state.ts';
import { Roster } from './roster.ts';
import { Scaler } from './scaler.ts';
import { signalsOf } from './signals.ts';
import { StateWriter } from './state-file.ts';
import { StateView } from './state-view.ts';
import { SupervisionClock } from './supervision-clock.ts';

export interface SupervisorOptions {
  config: Config;
  configFile: string;
  project: string;
  home: string;
  only: Role[];
  log: Logger;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  /** Called by every healthy turn of the loop, for a service manager that waits for it. */
  onTurn: () => void;
}

const tickMs = 50;
/** Incidents are looked at less often than children. */
const healEveryTicks = 4;
const lookEveryMs = 5_000;
/** Spares come after the first sound. */
const sparesAfterMs = 1_500;
const maxUpstreamDrainMs = 4_000;
/** Beyond the time to stop: TERM and KILL need some. */
const hardStopMs = 4_000;

/** Starts the children, keeps them up, and stops them in reverse. It knows what a child is, never what it does. */
export class Supervisor implements AsyncDisposable {
  readonly startedAt = new Date();
  readonly #options: SupervisorOptions;
  readonly #clock = new SupervisionClock(performance.now(), Date.now());
  readonly #stopped = new AbortController();
  readonly #roster: Roster;
  readonly #editions: Editions;
  readonly #bus: BusLink;
  readonly #leases: Leases;
  readonly #crew: Crew;
  readonly #conversation: Conversation;
  readonly #healing: Healing;
  readonly #repairs: Repairs;
  readonly #resources: ResourceWatch;
  readonly #host: HostWatch;
  readonly #scaler: Scaler;
  readonly #view: StateView;
  readonly #file: StateWriter;
  readonly #timers: NodeJS.Timeout[] = [];
  /** Called after every change, until they return true. */
  readonly #watchers = new Set<() => boolean>();
  /** Events that came while one was being handled. */
  readonly #queue: RosterEvent[] = [];
  #handling = false;
  #ticks = 0;

  constructor(options: SupervisorOptions) {
    const { config, project, home, only, log, say } = options;
    this.#options = options;
    this.#roster = new Roster(childSpecs(config, only));
    const { state } = this.#roster;
    this.#editions = new Editions({ first: config, only, state, tell: (event) => this.#handle(event) });
    this.#bus = new BusLink({
      config: config.bus,
      project,
      home,
      log,
      onChange: (event, reason) => this.#busChanged(event, reason),
      onDiskFull: (reason) => {
        this.#signal('host', 'disk-full', reason);
        this.#repairs.freeDisk();
      },
      onDiskFree: () => this.#signal('host', 'disk-ok', ''),
    });
    this.#leases = new Leases(log);
    this.#crew = new Crew({
      project,
      home,
      log,
      optionsFor: (child) => this.#childOptions(child),
      onSpawned: (child, pid) => this.#tellChild(child, { kind: 'spawned', pid }),
      onReport: (child, report) => this.#conversation.receive(child, report),
      onExit: (child, exit) => {
        const current = state.children.get(child.id);
        if (current?.generation !== child.generation) return;
        this.#conversation.ended(current);
        this.#resources.forget(child.id);
        this.#tellChild(child, { kind: 'exited', ...exit });
      },
    });
    this.#conversation = new Conversation({
      state,
      crew: this.#crew,
      bus: this.#bus,
      log,
      say,
      tell: (child, event) => this.#tellChild(child, event),
      signal: (signal) => this.#healing.note(signal),
    });
    this.#healing = new Healing({
      home,
      log,
      say,
      act: (action, component) => this.#repairs.act(action, component),
      publish: (record) => this.#conversation.publish(record),
      health: (component) => this.#condition(component),
    });
    this.#repairs = new Repairs({
      state,
      home,
      log,
      say,
      tell: (event) => this.#handle(event),
      restartBus: () => this.#bus.restart(),
      rollBack: (reason) => this.#editions.rollBack(reason),
    });
    const { signal } = this.#stopped;
    this.#resources = new ResourceWatch({
      log,
      sampleMs: config.supervisor.sampleMs,
      now: () => this.#now(),
      children: () => this.#roster.children,
      onVerdict: (child, verdict) => this.#judged(child, verdict),
      onLooked: () => this.#file.write(),
      signal,
    });
    this.#host = new HostWatch({ home, log, onSignal: (kind, detail) => this.#signal('host', kind, detail) });
    this.#scaler = new Scaler({
      state,
      resources: this.#resources,
      counters: (id) => this.#conversation.countersOf(id),
      onScale: (service, wanted, reason) => {
        this.#signal(service, 'scaled', `to ${wanted}: ${reason}`);
        say(`${service}: ${wanted} at work from now on (${reason})`);
        this.#handle({ kind: 'scale', service, wanted });
      },
      onRecycle: (id, reason) => this.#handle({ kind: 'retire', id, reason }),
    });
    this.#view = new StateView({
      startedAt: this.startedAt,
      configFile: options.configFile,
      roster: this.#roster.state,
      bus: this.#bus,
      crew: this.#crew,
      healing: this.#healing,
      resources: this.#resources,
      conversation: this.#conversation,
    });
    this.#file = new StateWriter({ home, log, read: () => this.#view.read() });
  }

  /**
   * Starts everything; returns when all services work, or are known not to (then it says so). Throws when the bus cannot be had;
   * `refused` tells a wrong configuration.
   */
  async start(signal: AbortSignal): Promise<'on-air' | 'refused' | 'aborted'> {
    this.#timers.push(setInterval(() => this.#tick(), tickMs));
    this.#timers.push(setInterval(() => void this.#look(), lookEveryMs));
    void this.#resources.run();
    this.#handle({ kind: 'tick' });
    this.#options.say(`bus: ${await this.#bus.open()}`);
    if (this.#bus.connection) {
      const services = [...this.#roster.state.services.keys()];
      this.#handle({ kind: 'epochs', epochs: await this.#leases.open(this.#bus.connection, services) });
    }
    this.#handle({ kind: 'bus', ready: true });
    const isRefused = () => this.#roster.children.some(({ life }) => life.name === 'refused');
    await this.#until(() => isRefused() || this.#missing().every(({ isHopeless }) => isHopeless), signal);
    if (signal.aborted) return 'aborted';
    if (isRefused()) return 'refused';
    for (const { id } of this.#missing()) this.#options.say(`on air without ${id}, which keeps failing`);
    this.#view.phase = 'on-air';
    this.#file.write();
    this.#timers.push(setTimeout(() => this.#handle({ kind: 'allow-spares' }), sparesAfterMs));
    return 'on-air';
  }

  /** Brings a configuration, and the code as it is on disk now, in place of what runs, without a pause for the listeners. */
  reload(config: Config): void {
    this.#editions.load(config);
  }

  /** A reload that came to nothing, for those who asked for it. */
  refuseReload(reason: string): void {
    this.#view.noteReload('refused', this.#roster.state.edition, reason);
    this.#file.write();
  }

  /** Stops in reverse: each layer finishes what it has before those that it fed are asked. */
  async stop(): Promise<void> {
    const { log } = this.#options;
    const end = Date.now() + this.#editions.current.supervisor.stopTimeoutMs;
    this.#view.phase = 'stopping';
    this.#file.write();
    const layers = startLayers(this.#roster.children.map(({ spec }) => spec)).reverse();
    for (const [index, layer] of layers.entries()) {
      const left = Math.max(0, end - Date.now());
      const drainMs = index === layers.length - 1 ? left : Math.min(left / 2, maxUpstreamDrainMs);
      const services = layer.map(({ id }) => id);
      this.#handle({ kind: 'stop', services, deadline: this.#now() + drainMs });
      const stopped = () =>
        this.#roster.children.every(({ spec, life }) => !services.includes(spec.id) || !('pid' in life));
      await this.#until(stopped, AbortSignal.timeout(left + hardStopMs));
      log.info({ layer: services, complete: stopped() }, 'layer stopped');
    }
  }

  /** At once: for a second signal. */
  kill(): void {
    this.#crew.kill();
    this.#bus.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.#crew.kill();
    this.#leases.close();
    await this.#bus[Symbol.asyncDispose]();
    this.#view.phase = 'stopped';
    this.#file.close();
  }

  /** The one way in which anything changes: one event after the other, whoever had them come about. */
  #handle(event: RosterEvent): void {
    this.#queue.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        for (const output of this.#roster.handle(next, this.#now(), Math.random)) this.#follow(output);
      }
    } finally {
      this.#handling = false;
    }
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  #tellChild({ id, generation }: ChildRecord, event: Extract<RosterEvent, { kind: 'child' }>['event']): void {
    this.#handle({ kind: 'child', id, generation, event });
  }

  #follow(output: Output): void {
    const { log, say } = this.#options;
    const at = performance.timeOrigin + performance.now();
    switch (output.kind) {
      case 'effect':
        return this.#crew.perform(output.child, output.effect);
      case 'changed': {
        const { before, child, on } = output;
        const { id, generation, restarts, lastReason } = child;
        const change = { child: id, from: before.life.name, to: child.life.name, on };
        log.info({ ...change, generation, restarts, lastReason }, 'child changed');
        const line = announcement(before, child, this.#now());
        if (line !== '') say(line);
        this.#view.noteChange(child, at);
        break;
      }
      case 'promoted': {
        const { child, duty, reason } = output;
        log.info({ child: child.id, ...duty, reason }, 'child promoted');
        this.#leases.note(child.spec.id, duty, { child: child.id, pid: this.#view.pidOf(child) });
        if (reason === 'takes over') say(`${child.id} takes over ${duty.lease}`);
        break;
      }
      case 'gone':
        this.#view.forget(output.id);
        break;
      case 'reload': {
        const { phase, edition, reason } = output;
        log.info({ phase, edition, reason }, 'reload');
        say(`reload: ${phase}${reason === '' ? '' : ` (${reason})`}`);
        this.#editions.note(phase, edition);
        this.#view.noteReload(phase, edition, reason);
      }
    }
    for (const signal of signalsOf(output, at)) this.#healing.note(signal);
    this.#file.write();
  }

  #tick(): void {
    this.#handle({ kind: 'tick' });
    this.#crew.verify(this.#now());
    this.#ticks += 1;
    if (this.#ticks % healEveryTicks === 0 && this.#view.phase !== 'stopping') this.#healing.tick(Date.now());
    this.#options.onTurn();
  }

  /** The clock of all verdicts. Whoever reads it first after this process was held up finds that out. */
  #now(): number {
    const { now, lateMs, jumpMs } = this.#clock.read(performance.now(), Date.now());
    if (lateMs > 0) {
      this.#view.noteLate(lateMs);
      this.#signal('supervisor', 'supervisor-late', `did not run for ${Math.round(lateMs)} ms`);
    }
    if (jumpMs !== 0) this.#signal('host', 'clock-jumped', `the clock was set by ${Math.round(jumpMs)} ms`);
    return now;
  }

  async #look(): Promise<void> {
    const host = await this.#host.look(this.#now());
    if (this.#view.phase === 'on-air') this.#scaler.look(this.#now(), host);
  }

  #judged(child: ChildRecord, { kind, reason, busy }: ResourceVerdict): void {
    const note = (signal: SignalKind) =>
      this.#healing.note({
        at: Date.now(),
        component: child.spec.id,
        child: child.id,
        kind: signal,
        detail: reason,
      });
    if (busy) note('cpu-high');
    if (kind === 'hard') {
      note('memory-hard');
      this.#tellChild(child, { kind: 'condemn', reason, again: true, stage: 'kill' });
    } else if (kind === 'soft' && child.retiring === '') {
      note('memory-soft');
      this.#handle({ kind: 'retire', id: child.id, reason });
    }
  }

  #busChanged(event: 'up' | 'down', reason: string): void {
    const { say } = this.#options;
    if (event === 'down') say(`bus lost (${reason}), starting it again`);
    else if (this.#view.phase === 'on-air') say(`bus is back${reason === '' ? '' : ` (${reason})`}`);
    if (event === 'down' || this.#view.phase === 'on-air')
      this.#signal('bus', event === 'up' ? 'bus-up' : 'bus-down', reason);
    if (this.#view.phase === 'on-air') this.#handle({ kind: 'bus', ready: event === 'up' });
    this.#file.write();
  }

  #signal(component: string, kind: SignalKind, detail: string): void {
    this.#options.log.info({ component, kind, detail }, 'noticed');
    const signal: Signal = { at: Date.now(), component, child: '', kind, detail };
    this.#healing.note(signal);
  }

  #condition(component: string): Condition {
    const { state } = this.#roster;
    if (component === 'bus') return state.busReady ? 'well' : 'down';
    return state.services.has(component) ? conditionOf(state, component) : 'well';
  }

  /** Services that do not work yet, and whether that is about to change. */
  #missing(): { id: string; isHopeless: boolean }[] {
    const { state } = this.#roster;
    return [...state.services.keys()]
      .filter((id) => conditionOf(state, id) === 'down')
      .map((id) => ({
        id,
        isHopeless: this.#roster.children.some(
          ({ spec, life }) => spec.id === id && (life.name === 'quarantined' || life.name === 'gave-up'),
        ),
      }));
  }

  #childOptions({ spec, id, edition, address }: ChildRecord): ChildOptions {
    const config = this.#editions.configOf(edition);
    return {
      id,
      role: spec.role,
      subject: spec.subject,
      runId: this.#view.runId,
      home: this.#options.home,
      bus: this.#bus.accessFor(spec.role),
      config: spec.needsAddressOf.length > 0 ? fillAddresses(config, this.#view.addresses()) : config,
      previousAddress: address,
      poison: this.#conversation.poison,
    };
  }

  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition() || signal.aborted) return;
    const done = new AbortController();
    const watcher = () => {
      if (!condition()) return false;
      done.abort();
      return true;
    };
    this.#watchers.add(watcher);
    await sleep(2 ** 31 - 1, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(
      () => undefined,
    );
    this.#watchers.delete(watcher);
  }
}
