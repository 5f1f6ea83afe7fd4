import type { Config } from '../protocol/config.ts';
import { openBeat } from './beat.ts';
import { BusLink } from './bus-link.ts';
import { childOptions } from './child-options.ts';
import type { ChildRecord } from './child-record.ts';
import { childSpecs } from './child-spec.ts';
import { Conditions } from './conditions.ts';
import { Conversation } from './conversation.ts';
import { Crew } from './crew.ts';
import { DeferredOutputs } from './deferred-outputs.ts';
import { Healing } from './healing.ts';
import type { SignalKind } from './incidents/signal.ts';
import { Leases } from './leases.ts';
import { Editions } from './loaded-editions.ts';
import { narrate } from './narrator.ts';
import { Repairs } from './repairs.ts';
import type { Output, RosterEvent } from './roster-state.ts';
import { componentCondition, missingServices } from './roster-state.ts';
import { Roster } from './roster.ts';
import { signalsOf } from './signals.ts';
import { StateWriter } from './state-file.ts';
import { StateView } from './state-view.ts';
import { stopInOrder } from './stop-in-order.ts';
import { SupervisionClock } from './supervision-clock.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import { Upkeep } from './upkeep.ts';

/** Every other tick falls together with the heartbeats. */
const tickMs = 250;
const healEveryTicks = 2;
const verifyEveryTicks = 20;
/** Spares come after the first sound. */
const sparesAfterMs = 1_500;

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
  readonly #upkeep: Upkeep;
  readonly #view: StateView;
  readonly #file: StateWriter;
  readonly #timers: Disposable[] = [];
  readonly #conditions = new Conditions();
  readonly #outputs = new DeferredOutputs((output, at) => this.#follow(output, at));
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
      rooms: config.rooms.map(({ id }) => id),
      project,
      home,
      log,
      onChange: (event, reason) => this.#busChanged(event, reason),
      onDiskFull: (reason) => this.#signal('host', 'disk-full', reason),
      onDiskFree: () => this.#signal('host', 'disk-ok', ''),
      onLoss: (text) => say(`bus: ${text}`),
    });
    this.#leases = new Leases(log);
    this.#crew = new Crew({
      project,
      home,
      log,
      optionsFor: (child) =>
        childOptions(child, {
          runId: this.#view.runId,
          home,
          state,
          editions: this.#editions,
          bus: this.#bus,
          poison: this.#conversation.poison,
          wasCutShort: options.lastRun.signals.length > 0,
        }),
      onSpawned: (child, pid) => this.#tellChild(child, { kind: 'spawned', pid }),
      onReport: (child, report) => this.#conversation.receive(child, report),
      onExit: (child, exit) => {
        const last = state.children.get(child.id);
        // The successor first: giving back hundreds of messages takes a moment.
        this.#tellChild(child, { kind: 'exited', ...exit });
        if (last?.generation !== child.generation) return;
        this.#upkeep.resources.forget(child.id);
        this.#conversation.ended(last);
      },
      onGone: (child) => this.#conversation.gone(child),
    });
    this.#conversation = new Conversation({
      state,
      crew: this.#crew,
      bus: this.#bus,
      log,
      say,
      tell: (child, event) => this.#tellChild(child, event),
      signal: (signal) => this.#outputs.after(() => this.#healing.note(signal)),
    });
    this.#healing = new Healing({
      home,
      lastRun: options.lastRun,
      log,
      say,
      act: (action, component) => this.#repairs.act(action, component),
      publish: (record) => this.#conversation.publish(record),
      health: (component) => componentCondition(state, component),
      rooms: () => this.#editions.current.rooms.map(({ id }) => id),
    });
    this.#repairs = new Repairs({
      state,
      home,
      log,
      say,
      tell: (event) => this.#handle(event),
      restartBus: () => this.#bus.restart(),
      rollBack: () => this.#editions.rollBack(),
    });
    this.#upkeep = new Upkeep({
      state,
      home,
      sampleMs: config.supervisor.sampleMs,
      log,
      say,
      now: () => this.#now(),
      countersOf: (id) => this.#conversation.countersOf(id),
      tell: (event) => this.#handle(event),
      signal: (signal) => this.#healing.note(signal),
      onLooked: () => this.#file.refresh(),
      stopped: this.#stopped.signal,
    });
    this.#view = new StateView({
      startedAt: this.startedAt,
      configFile: options.configFile,
      roster: this.#roster.state,
      bus: this.#bus,
      crew: this.#crew,
      healing: this.#healing,
      resources: this.#upkeep.resources,
      conversation: this.#conversation,
      config: () => this.#editions.current,
    });
    this.#file = new StateWriter({ home, log, read: () => this.#view.read() });
  }

  /**
   * Starts everything; returns when all services work, or are known not to (then it says so). Throws when the bus cannot be had;
   * `refused` tells a wrong configuration.
   */
  async start(signal: AbortSignal): Promise<'on-air' | 'refused' | 'aborted'> {
    this.#timers.push(openBeat(tickMs, () => this.#tick()));
    void this.#upkeep.run();
    // Before the children, who need it, and take all the processor at first; a bus that takes long, the beat does not wait for.
    this.#options.say(`bus: ${await this.#bus.open(() => this.#handle({ kind: 'tick' }))}`);
    if (this.#bus.connection)
      this.#handle({ kind: 'epochs', epochs: await this.#leases.open(this.#bus.connection) });
    this.#handle({ kind: 'bus', ready: true });
    const isRefused = () => this.#roster.children.some(({ life }) => life.name === 'refused');
    await this.#conditions.until(
      () => isRefused() || missingServices(this.#roster.state).every(({ isHopeless }) => isHopeless),
      signal,
    );
    if (signal.aborted) return 'aborted';
    if (isRefused()) return 'refused';
    for (const { id } of missingServices(this.#roster.state))
      this.#options.say(`on air without ${id}, which keeps failing`);
    this.#view.phase = 'on-air';
    this.#signal('supervisor', 'on-air', `after ${Date.now() - this.startedAt.getTime()} ms`);
    this.#file.write();
    this.#timers.push(setTimeout(() => this.#handle({ kind: 'allow-spares' }), sparesAfterMs));
    return 'on-air';
  }

  /** Brings a configuration and the code on disk in place of what runs, without a pause. Throws when the bus has no answer. */
  async reload(config: Config): Promise<void> {
    if (JSON.stringify(config.bus) !== JSON.stringify(this.#editions.current.bus))
      this.#options.say('reload: what was changed under "bus" takes effect at the next start');
    await this.#bus.serve(config.rooms.map(({ id }) => id));
    this.#editions.load(config);
  }

  /** A reload that came to nothing, for those who asked for it. */
  refuseReload(reason: string): void {
    this.#view.noteReload('refused', this.#roster.state.edition, reason);
    this.#file.write();
  }

  /** Stops in reverse, within the time that the configuration gives. */
  async stop(): Promise<void> {
    this.#outputs.flush();
    this.#view.phase = 'stopping';
    this.#file.write();
    await stopInOrder({
      roster: this.#roster,
      conditions: this.#conditions,
      stopTimeoutMs: this.#editions.current.supervisor.stopTimeoutMs,
      order: (services, drainMs) => this.#handle({ kind: 'stop', services, deadline: this.#now() + drainMs }),
      log: this.#options.log,
    });
  }

  /** At once: for a second signal. */
  kill(): void {
    this.#outputs.drop();
    this.#crew.kill();
    this.#bus.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#outputs.flush();
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#crew.kill();
    this.#leases.close();
    await this.#bus[Symbol.asyncDispose]();
    this.#view.phase = 'stopped';
    await this.#file.close();
  }

  /** The one way in which anything changes: one event after the other. */
  #handle(event: RosterEvent): void {
    this.#queue.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        this.#outputs.add(this.#roster.handle(next, this.#now(), Math.random));
      }
    } finally {
      this.#handling = false;
    }
    this.#conditions.look();
  }

  #tellChild({ id, generation }: ChildRecord, event: Extract<RosterEvent, { kind: 'child' }>['event']): void {
    this.#handle({ kind: 'child', id, generation, event });
  }

  #follow(output: Output, at: number): void {
    const { log, say } = this.#options;
    if (output.kind === 'effect') return this.#crew.perform(output.child, output.effect);
    narrate(output, { log, say, now: this.#now(), at });
    this.#view.note(output, at);
    if (output.kind === 'reload') this.#editions.note(output.phase, output.edition);
    if (output.kind === 'promoted') this.#leases.note(output.child, output.duty);
    for (const signal of signalsOf(output, at, this.#roster.state)) this.#healing.note(signal);
    this.#file.write();
  }

  #tick(): void {
    this.#handle({ kind: 'tick' });
    this.#ticks += 1;
    if (this.#ticks % verifyEveryTicks === 0) {
      this.#crew.verify(this.#now());
      this.#bus.keep();
    }
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

  #busChanged(event: 'up' | 'down', reason: string): void {
    const { say } = this.#options;
    const onAir = this.#view.phase === 'on-air';
    if (event === 'up') this.#conversation.busIsUp();
    if (event === 'down') say(`bus lost (${reason}), starting it again`);
    else if (onAir) say(`bus is back${reason === '' ? '' : ` (${reason})`}`);
    this.#signal('bus', `bus-${event}`, reason);
    if (onAir) this.#handle({ kind: 'bus', ready: event === 'up' });
    this.#file.write();
  }

  #signal(component: string, kind: SignalKind, detail: string): void {
    this.#options.log.info({ component, kind, detail }, 'noticed');
    this.#healing.note({ at: Date.now(), component, child: '', kind, detail });
  }
}
