import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { connectionDefaults } from '../protocol/connection.ts';
import { nkeyAuthenticator } from '../protocol/nkey.ts';
import { inboxPrefix } from '../protocol/roles.ts';

/** A connection to the bus, by the server's own numbers. */
export interface BusConnection {
  server: string;
  client: number;
}

/** The server asks us each second anyway. */
const pingMs = 60_000;
const answerTimeoutMs = 1_000;

/**
 * Ends connections at the server, as its administrator (`$SYS.REQ.SERVER.<id>.KICK`, nats-server 2.10 and later). That of a process which was
 * killed stays open until the kernel has taken its memory back, and is given messages for as long.
 */
export class ConnectionCutter implements AsyncDisposable {
  readonly #seed: string;
  readonly #log: Logger;
  #connection: NatsConnection | undefined;
  #opening: Promise<void> = Promise.resolve();
  #disposed = false;
  #isWanted = false;
  #isOpening = false;

  constructor({ seed, log }: { seed: string; log: Logger }) {
    this.#seed = seed;
    this.#log = log;
  }

  /** It was opened and is there no more; the server cuts off who does not answer for 3 s. */
  get isLost(): boolean {
    return this.#isWanted && !this.#isOpening && (this.#connection?.isClosed() ?? true);
  }

  /** Connects, in place of an earlier connection. Never throws: without it only time is lost. */
  async open(servers: string[]): Promise<void> {
    this.#isWanted = true;
    this.#isOpening = true;
    this.#opening = this.#opening.then(async () => {
      await this.#close();
      if (this.#disposed) return;
      try {
        this.#connection = await connect({
          ...connectionDefaults,
          waitOnFirstConnect: false,
          reconnect: false,
          pingInterval: pingMs,
          servers,
          name: 'administrator',
          inboxPrefix: inboxPrefix('administrator'),
          authenticator: nkeyAuthenticator(this.#seed),
        });
      } catch (err) {
        this.#log.warn({ err }, 'cannot end connections at the bus');
      } finally {
        this.#isOpening = false;
      }
    });
    await this.#opening;
  }

  /** Whether the server has ended it. A server that was started again since then is another one, whose numbers mean others. Never throws. */
  async cut({ server, client }: BusConnection): Promise<boolean> {
    const connection = this.#connection;
    if (!connection || connection.isClosed() || connection.info?.server_id !== server) return false;
    try {
      const answer = await connection.request(
        `$SYS.REQ.SERVER.${server}.KICK`,
        JSON.stringify({ cid: client }),
        { timeout: answerTimeoutMs },
      );
      const { error } = answer.json<{ error?: unknown }>();
      // It may have ended by itself meanwhile.
      if (error !== undefined) this.#log.info({ client, error }, 'connection not ended at the bus');
      return error === undefined;
    } catch (err) {
      this.#log.warn({ err, client }, 'connection not ended at the bus');
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#opening;
    await this.#close();
  }

  async #close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close().catch((err: unknown) => this.#log.warn({ err }, 'closing the bus'));
  }
}
