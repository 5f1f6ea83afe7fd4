import type { Logger } from 'pino';
import type { Config } from '../protocol/config.ts';
import { describeFailure } from '../protocol/failure.ts';
import type { ChildReport, SupervisorCommand, SupervisorState } from '../protocol/ipc.ts';
import type { Role } from '../protocol/roles.ts';
import { BusLink } from './bus-link.ts';
import type { ChildRecord, Effect, LifeEvent } from './child-life.ts';
import { newChild, permits, step } from './child-life.ts';
import { WorkerProcess } from './child-process.ts';
import { childSpecs, fillAddresses, startLayers } from './child-spec.ts';
import { announcement, describeChild } from './describe-child.ts';
import { HeldByChild } from './held-by-child.ts';
import { ResourceWatch } from './resource-watch.ts';
import { StateWriter } from './state-file.ts';

export interface SupervisorOptions {
  config: Config;
  configFile: string;
  project: string;
  home: string;
  only: Role[];
  log: Logger;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
}

const tickMs = 50;
/** When a tick comes so late, this process was stopped or starved: nobody is judged by what it missed. */
const lateTickMs = 1_000;

/** Starts the children, keeps them up, and stops them in reverse. It knows what a child is, never what it does. */
export class Supervisor implements AsyncDisposable {
  readonly startedAt = new Date();
  readonly #options: SupervisorOptions;
  readonly #runId: string;
  readonly #bus: BusLink;
  readonly #file: StateWriter;
  readonly #children = new Map<string, ChildRecord>();
  readonly #processes = new Map<string, WorkerProcess>();
  readonly #resources: ResourceWatch;
  readonly #counters = new Map<string, Record<string, number>>();
  readonly #held = new HeldByChild();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Called after every change, until they return true. */
  readonly #watchers = new Set<() => boolean>();
  #busReady = false;
  #state: SupervisorState['state'] = 'starting';
  #lastTick = Date.now();

  constructor(options: SupervisorOptions) {
    const { config, project, home, only, log, say } = options;
    this.#options = options;
    this.#runId = this.startedAt.getTime().toString(36);
    this.#resources = new ResourceWatch({
      log,
      children: () => [...this.#children.values()],
      onOver: (id, reason) => this.#step(id, { kind: 'condemn', reason, again: true }),
      onLooked: () => this.#file.write(),
    });
    this.#file = new StateWriter({ home, log, read: () => this.#readState() });
    this.#bus = new BusLink({
      config: config.bus,
      project,
      home,
      log,
      onChange: (event, reason) => {
        if (event === 'down') say(`bus lost (${reason}), starting it again`);
        else if (this.#state === 'on-air') say('bus is back');
        this.#file.write();
      },
    });
    for (const spec of childSpecs(config, only)) this.#children.set(spec.id, newChild(spec));
  }

  /** Starts everything; returns when all children run. Throws when the bus cannot be had; `refused` tells a wrong configuration. */
  async start(signal: AbortSignal): Promise<'on-air' | 'refused' | 'aborted'> {
    this.#timers.push(setInterval(() => this.#tick(), tickMs));
    this.#timers.push(
      setInterval(() => void this.#resources.look(), this.#options.config.supervisor.sampleMs),
    );
    for (const id of this.#children.keys()) this.#step(id, { kind: 'start' });
    this.#options.say(`bus: ${await this.#bus.open()}`);
    this.#busReady = true;
    this.#permit();
    const lives = () => [...this.#children.values()].map(({ life }) => life.name);
    await this.#until(
      () => lives().every((name) => name === 'running') || lives().includes('refused'),
      signal,
    );
    if (signal.aborted) return 'aborted';
    if (lives().includes('refused')) return 'refused';
    this.#state = 'on-air';
    this.#file.write();
    return 'on-air';
  }

  /** Stops in reverse: each layer finishes what it has before those that it fed are asked. */
  async stop(): Promise<void> {
    const { config, log } = this.#options;
    const end = Date.now() + config.supervisor.stopTimeoutMs;
    this.#state = 'stopping';
    this.#file.write();
    const layers = startLayers([...this.#children.values()].map(({ spec }) => spec)).reverse();
    for (const [index, layer] of layers.entries()) {
      const left = Math.max(0, end - Date.now());
      const deadline =
        index === layers.length - 1 ? end : Date.now() + Math.min(left / 2, maxUpstreamDrainMs);
      for (const { id } of layer) this.#step(id, { kind: 'drain', deadline });
      const stopped = () => layer.every(({ id }) => this.#children.get(id)?.life.name === 'stopped');
      await this.#until(stopped, AbortSignal.timeout(left + hardStopMs));
      log.info({ layer: layer.map(({ id }) => id), complete: stopped() }, 'layer stopped');
    }
  }

  /** At once: for a second signal. */
  kill(): void {
    this.#endChildren();
    this.#bus.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#endChildren();
    await this.#bus[Symbol.asyncDispose]();
    this.#state = 'stopped';
    this.#file.close();
  }

  #endChildren(): void {
    for (const child of this.#processes.values()) child.signal('SIGKILL');
  }

  /** The one place where a child's state changes, is logged, and has its effects. */
  #step(id: string, event: LifeEvent): void {
    const before = this.#children.get(id);
    if (!before) return;
    const { child, effects } = step(before, event, Date.now(), Math.random());
    this.#children.set(id, child);
    if (child.life.name !== before.life.name || child.generation !== before.generation) {
      const { generation, restarts, lastReason } = child;
      this.#options.log.info(
        {
          child: id,
          from: before.life.name,
          to: child.life.name,
          on: event.kind,
          generation,
          restarts,
          lastReason,
        },
        'child changed',
      );
      const line = announcement(before, child, Date.now());
      if (line !== '') this.#options.say(line);
      this.#file.write();
    }
    for (const effect of effects) this.#perform(child, effect);
    if (event.kind !== 'heartbeat' && event.kind !== 'tick') this.#permit();
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  #perform(child: ChildRecord, effect: Effect): void {
    const { id } = child.spec;
    switch (effect.kind) {
      case 'spawn':
        return this.#spawn(child);
      case 'initialise':
        return this.#processes.get(id)?.send({ kind: 'initialise', options: this.#childOptions(child) });
      case 'start':
        return this.#processes.get(id)?.send({ kind: 'start' });
      case 'drain':
        return this.#processes.get(id)?.send(effect);
      case 'signal':
        return this.#processes.get(id)?.signal(effect.signal);
    }
  }

  #spawn({ spec, generation }: ChildRecord): void {
    const { project, home } = this.#options;
    const { id } = spec;
    const isCurrent = () => this.#children.get(id)?.generation === generation;
    const child = new WorkerProcess({
      spec,
      project,
      home,
      onReport: (report) => {
        if (isCurrent()) this.#receive(id, report);
      },
      onExit: ({ reason, refused }) => {
        if (!isCurrent()) return;
        this.#processes.delete(id);
        this.#bus.handOver(this.#held.release(id));
        this.#resources.forget(id);
        this.#step(id, { kind: 'exited', reason, refused });
      },
    });
    this.#processes.set(id, child);
    this.#step(id, { kind: 'spawned', pid: child.pid });
  }

  #receive(id: string, report: ChildReport): void {
    const { log, say } = this.#options;
    switch (report.kind) {
      case 'registered':
      case 'started':
        return this.#step(id, { kind: report.kind });
      case 'initialised':
        return this.#step(id, report);
      case 'heartbeat':
        this.#counters.set(id, report.counters);
        return this.#step(id, { kind: 'heartbeat' });
      case 'notice':
        log[report.level]({ child: id, notice: report.text }, 'notice');
        return say(report.level === 'warn' ? `${id}: warning: ${report.text}` : `${id}: ${report.text}`);
      case 'failed':
        log.error({ child: id, failure: report.failure }, 'child failed');
        return say(`${id}: ${describeFailure(report.failure)}`);
      case 'took':
      case 'settled':
        return this.#held.note(id, report);
      case 'drained':
        return;
    }
  }

  #childOptions({
    spec,
    address,
  }: ChildRecord): Extract<SupervisorCommand, { kind: 'initialise' }>['options'] {
    const { config, home } = this.#options;
    const addresses = new Map([...this.#children].map(([id, child]) => [id, child.address]));
    return {
      id: spec.id,
      role: spec.role,
      subject: spec.subject,
      runId: this.#runId,
      home,
      bus: this.#bus.accessFor(spec.role),
      config: spec.needsAddressOf.length > 0 ? fillAddresses(config, addresses) : config,
      previousAddress: address,
    };
  }

  /** Each step may permit others, so the list is read anew after each. */
  #permit(): void {
    for (;;) {
      const [next] = permits([...this.#children.values()], this.#busReady);
      if (!next) return;
      this.#step(next.id, { kind: next.kind });
    }
  }

  #tick(): void {
    const now = Date.now();
    const late = now - this.#lastTick > lateTickMs;
    this.#lastTick = now;
    for (const [id, { life }] of this.#children) {
      if (late && life.name === 'running') this.#step(id, { kind: 'heartbeat' });
      this.#step(id, { kind: 'tick' });
    }
  }

  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition() || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = () => {
      if (!condition()) return false;
      resolve();
      return true;
    };
    const onAbort = () => resolve();
    this.#watchers.add(watcher);
    signal.addEventListener('abort', onAbort, { once: true });
    await promise;
    this.#watchers.delete(watcher);
    signal.removeEventListener('abort', onAbort);
  }

  #readState(): SupervisorState {
    const children = [...this.#children.values()].map((child) => {
      const { id } = child.spec;
      return describeChild(child, this.#resources.of(id), this.#counters.get(id));
    });
    return {
      pid: process.pid,
      startedAt: this.startedAt.toISOString(),
      runId: this.#runId,
      state: this.#state,
      configFile: this.#options.configFile,
      nats: this.#bus.state,
      console: null,
      children,
    };
  }
}

/** The layers before the last get at most so long each, so that the sound has time to end well. */
const maxUpstreamDrainMs = 4_000;
/** What the kill ladder may take after a deadline. */
const hardStopMs = 4_000;
