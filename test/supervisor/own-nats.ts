import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import type { Test } from 'tap';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import { connectionDefaults } from '../../protocol/connection.ts';
import type { BusAccess } from '../../protocol/ipc.ts';
import type { BusUser } from '../../protocol/roles.ts';
import { inboxPrefix } from '../../protocol/roles.ts';
import { mintKeys } from '../../supervisor/bus-keys.ts';
import { findNatsServer } from '../../supervisor/nats-binary.ts';
import { NatsServer } from '../../supervisor/nats-server.ts';
import type { NatsServerOptions } from '../../supervisor/nats-server.ts';

export interface OwnNats extends AsyncDisposable {
  server: NatsServer;
  /** `up` and `down` with the reason; `full` and `free` of the disk. */
  heard: EventEmitter;
  access: BusAccess;
  seedOf(user: BusUser): string;
  /** Closed together with the server. */
  connect(): Promise<NatsConnection>;
}

/** A folder of its own, gone when the test is over; not below the project, where paths are long. */
export function tempHome(t: Test): string {
  const home = mkdtempSync(join(tmpdir(), 'onair-own-nats-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** A server as the supervisor runs it, and who may log in; not yet started. */
export async function ownNats(home: string, options: Partial<NatsServerOptions> = {}): Promise<OwnNats> {
  const keys = mintKeys();
  const heard = new EventEmitter();
  const binary = await findNatsServer(resolve(import.meta.dirname, '../..'));
  const server = new NatsServer({
    binary: binary.path,
    home,
    bus: configSchema.parse(demoConfig).bus,
    publicKeys: new Map([...keys].map(([user, { publicKey }]) => [user, publicKey])),
    log: pino({ level: 'silent' }),
    onChange: (event, reason) => heard.emit(event, reason),
    onDiskFull: (reason) => heard.emit('full', reason),
    onDiskFree: () => heard.emit('free'),
    ...options,
  });
  const connections: NatsConnection[] = [];
  const seed = keys.get('supervisor')?.seed ?? '';
  return {
    server,
    heard,
    seedOf: (user) => keys.get(user)?.seed ?? '',
    get access() {
      return { servers: server.servers, seed, inboxPrefix: inboxPrefix('supervisor'), credentials: '' };
    },
    connect: async () => {
      const connection = await connect({
        ...connectionDefaults,
        servers: server.servers,
        inboxPrefix: inboxPrefix('supervisor'),
        authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
      });
      connections.push(connection);
      return connection;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map(async (connection) => await connection.close()));
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The reason that comes with the next such event. */
export async function next(heard: EventEmitter, event: string): Promise<string> {
  const [reason] = (await once(heard, event, { signal: AbortSignal.timeout(60_000) })) as [string];
  return reason;
}
