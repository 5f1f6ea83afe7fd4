import type { NatsConnection } from '@nats-io/transport-node';
import { ConfigurationError } from '../protocol/configuration-error.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { Failure } from '../protocol/failure.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import type { ChildOptions, ChildReport, RoomTrouble } from '../protocol/ipc.ts';
import { ReconnectPace } from '../protocol/connection.ts';
import type { Role } from '../protocol/roles.ts';
import { healthSubject } from '../protocol/subjects.ts';
import type { Bus } from './bus.ts';
import { openCommands } from './commands.ts';
import { DutyWatch } from './duty.ts';
import { openHeart } from './heart.ts';
import { HeldMessages } from './held-messages.ts';
import type { Logger } from './logger.ts';
import { openLogger } from './logger.ts';
import { openBus } from './open-bus.ts';
import { watchForOrphan } from './orphan-watch.ts';
import { Poison } from './poison.ts';
import { Secrets } from './secrets.ts';
import { Treated } from './treated.ts';

/** What a worker gets. Nothing else in a worker listens to `process`. */
export interface Child {
  options: ChildOptions;
  log: Logger;
  /** Means stop now, whoever asked or died. */
  signal: AbortSignal;
  /** Means: take no new work, finish what is at hand, then return. */
  draining: AbortSignal;
  /** Valid once `draining`: a successor stands by. Give back what is not begun, say `yielded`, and return. */
  handOver: boolean;
  /** When the drain has to be over, in unix milliseconds; valid once `draining`. */
  drainUntil: number;
  /** Figures of this worker, sent with each heartbeat. */
  counters: Record<string, number>;
  /** Work that is being done now; the heartbeat carries it. Work without progress for long gets a worker replaced. */
  inFlight: number;
  /** Some work was finished. */
  progress(): void;
  /** Tells the person at the terminal. */
  notice(level: 'info' | 'warn', text: string): void;
  /** Something is wrong with what it works on, or right again (`ok`): becomes an incident, and ends one. */
  trouble(trouble: RoomTrouble): void;
  /** What is added here appears in no log, notice or report of this worker. */
  secrets: Secrets;
  /**
   * Everything is acquired and warm: says so (with the address where others reach this child, if any) and waits for the order to
   * start, as a spare perhaps for days. Nothing may be put out before. From the order to the first work is what listeners wait for.
   */
  initialised(address?: string): Promise<void>;
  /** Now working. */
  started(): void;
  /** Nothing will be put out any more, though this process may take a while to end. For `handOver`. */
  yielded(): void;
  /** What it works under, and whether that is certain; see `DutyWatch`. Ask before whatever does not go over the bus. */
  duty: DutyWatch;
}

export interface ConnectedChild extends Child {
  bus: Bus;
  /** Messages that must not be treated, since they ended two workers that tried. */
  poison: Poison;
  /** To be held open, with `using`, for as long as messages are worked on, so that it is known what a worker died of. */
  treated: Treated;
}

/** Runs a worker as a child of the supervisor: handshake, heartbeat, drain, and its end when the supervisor is gone. */
export async function runChild(role: Role, work: (child: ConnectedChild) => Promise<void>): Promise<void> {
  const poison = new Poison();
  let connected = () => false;
  const pace = new ReconnectPace();
  let onBusUp: (servers: string[]) => void = () => undefined;
  const run = async (child: Child): Promise<void> => {
    const { options, log, signal, duty } = child;
    poison.replace(options.poison);
    using held = new HeldMessages(report);
    await using bus = await openBus({
      access: options.bus,
      name: options.id,
      log,
      signal,
      onTaken: (message) => held.add(message),
      duty,
      pace,
    });
    connected = () => bus.isConnected;
    onBusUp = (servers) => pace.hurry(bus.connection, servers);
    using _health = tellHealth(child, bus);
    void tellConnection(bus.connection);
    const treated = new Treated((acks) => report({ kind: 'treating', acks }));
    await work(Object.assign(child, { bus, poison, treated }));
  };
  await runAny(role, run, { poison, connected: () => connected(), onBusUp: (servers) => onBusUp(servers) });
}

/** The same for a child that has no business on the bus, such as a simulated room. */
export async function runUnconnected(role: Role, work: (child: Child) => Promise<void>): Promise<void> {
  await runAny(role, work, { poison: new Poison(), connected: () => true, onBusUp: () => undefined });
}

async function runAny(
  role: Role,
  work: (child: Child) => Promise<void>,
  {
    poison,
    connected,
    onBusUp,
  }: { poison: Poison; connected: () => boolean; onBusUp: (servers: string[]) => void },
): Promise<void> {
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
  const secrets = new Secrets();
  const log = openLogger({ child: options.id, pid: process.pid }, secrets);
  process.on('uncaughtException', (error) => fail(error, log, secrets));
  process.on('unhandledRejection', (error) => fail(error, log, secrets));
  const { heartbeatMs, heartbeatDeadlineMs } = options.config.supervisor;
  using duty = new DutyWatch({
    // It finds out sooner than the supervisor does.
    deadlineMs: Math.max(heartbeatMs, heartbeatDeadlineMs - heartbeatMs),
    ask: (epoch) => report({ kind: 'doubt', epoch }),
    signal: stop.signal,
  });
  commands.onConfirmed = (epoch) => duty.confirmed(epoch);
  commands.onPoison = (keys) => poison.replace(keys);
  commands.onBusUp = onBusUp;

  let lastProgressAt = Date.now();
  const child: Child = {
    options,
    log,
    signal: stop.signal,
    draining: drain.signal,
    handOver: false,
    counters: {},
    inFlight: 0,
    drainUntil: 0,
    duty,
    progress: () => (lastProgressAt = Date.now()),
    notice(level, text) {
      log[level]({ notice: true }, text);
      report({ kind: 'notice', level, text: secrets.hide(text) });
    },
    trouble: (trouble) => report({ kind: 'trouble', ...trouble, text: secrets.hide(trouble.text) }),
    secrets,
    async initialised(address = '') {
      log.info({ hurry: options.hurry }, 'stands by');
      report({ kind: 'initialised', address });
      const order = await commands.start;
      if (!order) return;
      duty.take(order.duty);
      log.info(order.duty, 'takes up its duty');
    },
    started: () => report({ kind: 'started' }),
    yielded: () => report({ kind: 'yielded' }),
  };
  void commands.drain.then(({ deadlineMs, handOver }) => {
    log.info({ deadlineMs, handOver }, 'draining');
    child.drainUntil = Date.now() + deadlineMs;
    child.handOver = handOver;
    drain.abort();
    setTimeout(() => stop.abort(new Error('the time to finish is over')), deadlineMs).unref();
  });
  // SIGINT stays Node's: it is how the supervisor asks a blocked loop where it is (--trace-sigint). A terminal's does not come this far.
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => {
    drain.abort();
    stop.abort(new Error('asked to end'));
    setTimeout(() => process.exit(exitCodes.failed), 1_000).unref();
  });

  const read = () => ({
    connected: connected(),
    inFlight: child.inFlight,
    lastProgressAt,
    counters: child.counters,
  });
  // Who only stands by has nothing to tell, and has to be heard just as surely.
  const idleMs = Math.max(heartbeatMs, Math.min(2 * heartbeatMs, heartbeatDeadlineMs / 2.5));
  using _heart = openHeart(() => (duty.current.epoch > 0 ? heartbeatMs : idleMs), read, report);
  try {
    await work(child);
  } catch (error) {
    if (!stop.signal.aborted) return fail(error, log, secrets);
  }
  report({ kind: 'drained' });
  log.info('ends');
  // What is still open (a pool's thread, a socket) must not hold the end up.
  process.disconnect?.();
  process.exit(exitCodes.clean);
}

const healthEveryMs = 5_000;

/** Which connection of the server's is its own, so that the supervisor can have it ended when this process is dead. */
async function tellConnection(connection: NatsConnection): Promise<void> {
  const tell = () => {
    if (connection.info)
      report({
        kind: 'bus-connection',
        server: connection.info.server_id,
        client: connection.info.client_id,
      });
  };
  tell();
  for await (const { type } of connection.status()) if (type === 'reconnect') tell();
}

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

function fail(error: unknown, log: Logger, secrets: Secrets): never {
  const failure = JSON.parse(secrets.hide(JSON.stringify(toFailure(error, { class: 'fatal' })))) as Failure;
  log.fatal({ failure }, describeFailure(failure));
  report({ kind: 'failed', failure });
  process.exit(error instanceof ConfigurationError ? exitCodes.badConfiguration : exitCodes.failed);
}

/** Without its supervisor a child has no right to speak: a successor may be about to. */
function endWithSupervisor(): void {
  process.on('disconnect', () => process.exit(exitCodes.failed));
  watchForOrphan();
}
