import type { JsMsg } from '@nats-io/jetstream';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { ReconnectPace, connectionDefaults } from '../protocol/connection.ts';
import type { BusAccess } from '../protocol/ipc.ts';
import { nkeyAuthenticator } from '../protocol/nkey.ts';
import { Bus } from './bus.ts';
import type { OutputDuty } from './duty.ts';
import type { Logger } from './logger.ts';

export interface OpenBusOptions {
  access: BusAccess;
  name: string;
  log: Logger;
  signal: AbortSignal;
  /** Hears of each message that is given out as work. */
  onTaken?: (message: JsMsg) => void;
  /** Under what its owner publishes; without it, under nothing. */
  duty?: OutputDuty;
  /** For who hears that the server is back. */
  pace?: ReconnectPace;
}

/** Connects for ever: it returns once the bus is there, or throws when the signal says stop. */
export async function openBus({
  access,
  name,
  log,
  signal,
  onTaken,
  duty,
  pace = new ReconnectPace(),
}: OpenBusOptions): Promise<Bus> {
  const authenticator = access.seed
    ? nkeyAuthenticator(access.seed)
    : access.credentials
      ? credsAuthenticator(new TextEncoder().encode(access.credentials))
      : undefined;
  const options: ConnectionOptions = {
    ...connectionDefaults,
    ...pace.options,
    servers: access.servers,
    inboxPrefix: access.inboxPrefix,
    name,
    ...(authenticator ? { authenticator } : {}),
  };
  signal.throwIfAborted();
  return new Bus({
    connection: await connect(options),
    log,
    ...(onTaken ? { onTaken } : {}),
    ...(duty ? { duty } : {}),
  });
}
