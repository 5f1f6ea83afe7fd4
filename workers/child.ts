import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { ConfigurationError } from '../protocol/configuration-error.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import type { ChildOptions, ChildReport, SupervisorCommand } from '../protocol/ipc.ts';
import type { Role } from '../protocol/roles.ts';
import { healthSubject } from '../protocol/subjects.ts';
import type { Bus } from './bus.ts';
import { openBus } from './open-bus.ts';
import { HeldMessages } from './held-messages.ts';
import type { Logger } from './logger.ts';
import { openLogger } from './logger.ts';

/** What a worker gets. Nothing else in a worker listens to `process`. */
export interface Child {
  options: ChildOptions;
  log: Logger;
  /** Means stop now, whoever asked or died. */
  signal: AbortSignal;
  /** Means: take no new work, finish what is at hand, then return. */
  draining: AbortSignal;
  /** Figures of this worker, sent with each heartbeat. */
  counters: Record<string, number>;
  /** Work that is being done now; the heartbeat carries it. */
  inFlight: number;
  /** Some work was finished. */
  progress(): void;
  /** Tells the person at the terminal. */
  notice(level: 'info' | 'warn', text: string): void;
  /** Everything is acquired: says so (with the address where others reach this child, if any) and waits for the order to start. */
  initialised(address?: string): Promise<void>;
  /** Now working. */
  started(): void;
  /** When the drain has to be over, in unix milliseconds; valid once `draining`. */
  drainUntil: number;
}

export interface ConnectedChild extends Child {
  bus: Bus;
}

/** Runs a worker as a child of the supervisor: handshake, heartbeat, drain, and its end when the supervisor is gone. */
export async function runChild(role: Role, work: (child: ConnectedChild) => Promise<void>): Promise<void> {
  await runUnconnected(role, async (child) => {
    const { options, log, signal } = child;
    using held = new HeldMessages(report);
    await using bus = await openBus(options.bus, options.id, log, signal, (message) => held.add(message));
    using _health = tellHealth(child, bus);
    await work(Object.assign(child, { bus }));
  });
}

/** The same for a child that has no business on the bus, such as a simulated room. */
export async function runUnconnected(role: Role, work: (child: Child) => Promise<void>): Promise<void> {
  if (!process.send) {
    console.error(`This program is a worker ("${role}") of onair. Start it with: npm run supervise`);
    process.exit(exitCodes.failed);
  }
  const stop = new AbortController();
  const drain = new AbortController();
  const commands = openCommands(stop.signal);
  endWithSupervisor();
  report({ kind: 'registered', pid: process.pid });
  const { options } = await commands.initialise;
  const log = openLogger({ child: options.id, pid: process.pid });
  process.on('uncaughtException', (error) => fail(error, log));
  process.on('unhandledRejection', (error) => fail(error, log));

  let lastProgressAt = Date.now();
  const child: Child = {
    options,
    log,
    signal: stop.signal,
    draining: drain.signal,
    counters: {},
    inFlight: 0,
    drainUntil: 0,
    progress: () => (lastProgressAt = Date.now()),
    notice(level, text) {
      log[level]({ notice: true }, text);
      report({ kind: 'notice', level, text });
    },
    async initialised(address = '') {
      report({ kind: 'initialised', address });
      await commands.start;
    },
    started: () => report({ kind: 'started' }),
  };
  void commands.drain.then(({ deadlineMs }) => {
    log.info({ deadlineMs }, 'draining');
    child.drainUntil = Date.now() + deadlineMs;
    drain.abort();
    setTimeout(() => stop.abort(new Error('the time to finish is over')), deadlineMs).unref();
  });
  // A signal of the terminal reaches the whole group: the supervisor gives the order, so it is not taken twice.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => {
    drain.abort();
    stop.abort(new Error('asked to end'));
    setTimeout(() => process.exit(exitCodes.failed), 1_000).unref();
  });

  using _heart = openHeart(options.config.supervisor.heartbeatMs, () => ({
    inFlight: child.inFlight,
    lastProgressAt,
    counters: child.counters,
  }));
  try {
    await work(child);
  } catch (error) {
    if (!stop.signal.aborted) return fail(error, log);
  }
  report({ kind: 'drained' });
  log.info('ends');
  // What is still open (a pool's thread, a socket) must not hold the end up.
  process.disconnect?.();
  process.exit(exitCodes.clean);
}

const healthEveryMs = 5_000;

/** The counters also go over the bus, for those who watch from outside. */
function tellHealth({ options: { id, role }, counters }: Child, bus: Bus): Disposable {
  const timer = setInterval(() => {
    const body = { role, childId: id, at: Date.now(), pid: process.pid, counters, detail: '' };
    bus.tell(healthSubject(role), 'health', body);
  }, healthEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function report(message: ChildReport): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function fail(error: unknown, log: Logger): never {
  const failure = toFailure(error, { class: 'fatal' });
  log.fatal({ failure }, describeFailure(failure));
  report({ kind: 'failed', failure });
  process.exit(error instanceof ConfigurationError ? exitCodes.badConfiguration : exitCodes.failed);
}

/** Without its supervisor a child has no right to speak: a successor may be about to. */
function endWithSupervisor(): void {
  process.on('disconnect', () => process.exit(exitCodes.failed));
}

interface Commands {
  initialise: Promise<Extract<SupervisorCommand, { kind: 'initialise' }>>;
  start: Promise<void>;
  drain: Promise<Extract<SupervisorCommand, { kind: 'drain' }>>;
}

function openCommands(signal: AbortSignal): Commands {
  const initialise = Promise.withResolvers<Extract<SupervisorCommand, { kind: 'initialise' }>>();
  const start = Promise.withResolvers<void>();
  const drain = Promise.withResolvers<Extract<SupervisorCommand, { kind: 'drain' }>>();
  const onMessage = (command: SupervisorCommand) => {
    switch (command.kind) {
      case 'initialise':
        return initialise.resolve(command);
      case 'start':
        return start.resolve();
      case 'drain':
        // A child that was never started has nothing to drain, but must not wait for ever.
        start.resolve();
        return drain.resolve(command);
    }
  };
  process.on('message', onMessage);
  signal.addEventListener('abort', () => start.resolve(), { once: true });
  return { initialise: initialise.promise, start: start.promise, drain: drain.promise };
}

/** The heartbeat comes from the main loop, so that a blocked loop is silent. */
function openHeart(
  everyMs: number,
  read: () => { inFlight: number; lastProgressAt: number; counters: Record<string, number> },
): Disposable {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let before = performance.eventLoopUtilization();
  const beat = () => {
    const now = performance.eventLoopUtilization();
    report({
      kind: 'heartbeat',
      at: Date.now(),
      loopDelayMs: Math.round(delays.percentile(99) / 1e6),
      utilisation: performance.eventLoopUtilization(now, before).utilization,
      heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
      ...read(),
    });
    before = now;
    delays.reset();
  };
  const timer = setInterval(beat, everyMs);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      delays.disable();
    },
  };
}
