import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect as connectTo } from '@nats-io/transport-node';
import { pino } from 'pino';
import { configSchema, demoConfig } from '../protocol/config.ts';
import { connectionDefaults } from '../protocol/connection.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import { nkeyAuthenticator } from '../protocol/nkey.ts';
import { inboxPrefix } from '../protocol/roles.ts';
import { mintKeys } from '../supervisor/bus-keys.ts';
import { consoleKeyFile, operatorKeyFile } from '../supervisor/bus-link.ts';
import { lockHome } from '../supervisor/home-lock.ts';
import { findNatsServer } from '../supervisor/nats-binary.ts';
import { NatsServer } from '../supervisor/nats-server.ts';
import { isAlive } from '../supervisor/process-table.ts';
import { readState } from '../supervisor/state-file.ts';
import { Bus } from '../workers/bus.ts';
import { openBus } from '../workers/open-bus.ts';

export const project = resolve(import.meta.dirname, '..');
/** Where the person who typed the command is. */
export const folder = process.env['INIT_CWD'] ?? process.cwd();

/** The home folder that a `--home` option names. */
export function homeFolder(given: string | undefined): string {
  return given === undefined ? resolve(project, 'var') : resolve(folder, given);
}

/** The state of the supervisor that runs in a home, or why there is none. */
export function runningState(
  home: string,
): { running: true; state: SupervisorState } | { running: false; why: string } {
  const state = readState(home);
  if (!state) return { running: false, why: `No supervisor has run in ${home}` };
  if (state.state === 'stopped' || !isAlive(state.pid, state.startTime)) {
    return {
      running: false,
      why: `No supervisor runs in ${home}; the last one was started at ${state.startedAt}`,
    };
  }
  return { running: true, state };
}

/** Logs in to the running bus with the read-only operator key. */
export async function openOperatorBus(
  home: string,
  state: SupervisorState,
  signal: AbortSignal,
): Promise<Bus> {
  const seed = (await readFile(operatorKeyFile(home), 'utf8')).trim();
  return await connect(state.nats.url, seed, signal);
}

/**
 * Logs in to the running bus with the key that may also tell the sound of a room what to do. For commands that a person waits for: it
 * tries once, and throws when the bus is away.
 */
export async function openConsoleBus(home: string, state: SupervisorState, timeoutMs: number): Promise<Bus> {
  const seed = (await readFile(consoleKeyFile(home), 'utf8')).trim();
  const connection = await connectTo({
    ...connectionDefaults,
    waitOnFirstConnect: false,
    timeout: timeoutMs,
    servers: [state.nats.url],
    inboxPrefix: inboxPrefix('console'),
    name: 'console',
    authenticator: nkeyAuthenticator(seed),
  });
  return new Bus({ connection, log: silent });
}

/** The streams of a home in which nothing runs: a server of our own for as long as it is read. Nobody else may start there meanwhile. */
export async function openStoredBus(
  home: string,
  signal: AbortSignal,
): Promise<{ bus: Bus } & AsyncDisposable> {
  if (!existsSync(join(home, 'jetstream')))
    throw new Error(`Nothing has run in ${home} yet; --home names another folder`);
  const stack = new AsyncDisposableStack();
  stack.use(lockHome(home));
  const keys = mintKeys();
  const server = new NatsServer({
    binary: (await findNatsServer(project)).path,
    home,
    bus: configSchema.parse(demoConfig).bus,
    publicKeys: new Map([...keys].map(([user, { publicKey }]) => [user, publicKey])),
    log: silent,
    onChange: () => undefined,
  });
  stack.use(server);
  await server.start();
  const bus = stack.use(await connect(server.url, keys.get('operator')?.seed ?? '', signal));
  return { bus, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

const silent = pino({ level: 'silent' });

async function connect(url: string, seed: string, signal: AbortSignal): Promise<Bus> {
  const access = { servers: [url], seed, inboxPrefix: inboxPrefix('operator'), credentials: '' };
  return await openBus({ access, name: 'operator', log: silent, signal });
}
