import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import { connectionDefaults } from '../../protocol/connection.ts';
import { nkeyAuthenticator } from '../../protocol/nkey.ts';
import { inboxPrefix } from '../../protocol/roles.ts';
import { mintKeys } from '../../supervisor/bus-keys.ts';
import { findNatsServer } from '../../supervisor/nats-binary.ts';
import { NatsServer } from '../../supervisor/nats-server.ts';
import { project } from '../operator.ts';

export interface OwnBus extends AsyncDisposable {
  connection: NatsConnection;
}

/**
 * A server over the streams in a folder, and a connection that may do everything, for as long as it is needed. The caller has the
 * folder to itself: a supervisor's home has to be locked. Throws when the server does not come up.
 */
export async function openOwnBus(home: string): Promise<OwnBus> {
  const keys = mintKeys();
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    new NatsServer({
      binary: (await findNatsServer(project)).path,
      home,
      bus: configSchema.parse(demoConfig).bus,
      publicKeys: new Map([...keys].map(([user, { publicKey }]) => [user, publicKey])),
      log: pino({ level: 'silent' }),
      onChange: () => undefined,
    }),
  );
  await server.start();
  const connection = await connect({
    ...connectionDefaults,
    // It is there already: what cannot be reached now is broken.
    waitOnFirstConnect: false,
    servers: [server.url],
    name: 'restore',
    inboxPrefix: inboxPrefix('supervisor'),
    authenticator: nkeyAuthenticator(keys.get('supervisor')?.seed ?? ''),
  });
  stack.defer(async () => await connection.close());
  const owned = stack.move();
  return { connection, [Symbol.asyncDispose]: async () => await owned.disposeAsync() };
}
