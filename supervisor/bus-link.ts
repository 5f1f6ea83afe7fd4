import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { Config } from '../protocol/config.ts';
import { ReconnectPace, connectionDefaults } from '../protocol/connection.ts';
import type { BusAccess } from '../protocol/ipc.ts';
import { nkeyAuthenticator } from '../protocol/nkey.ts';
import type { BusUser, Role } from '../protocol/roles.ts';
import { inboxPrefix } from '../protocol/roles.ts';
import { workStreams } from '../protocol/streams.ts';
import { knownConsumers, setUpConsumers } from './bus-consumers.ts';
import { mintKeys } from './bus-keys.ts';
import { setUpBus } from './bus-setup.ts';
import type { BusConnection } from './connection-cutter.ts';
import { ConnectionCutter } from './connection-cutter.ts';
import { findNatsServer } from './nats-binary.ts';
import { NatsServer } from './nats-server.ts';
import type { Unanswered } from './unheard.ts';
import { unheardAcks } from './unheard.ts';

export interface BusLinkOptions {
  config: Config['bus'];
  /** Rooms that are hosted from the start; see `serve`. */
  rooms: string[];
  project: string;
  home: string;
  log: Logger;
  onChange: (event: 'up' | 'down', reason: string) => void;
  onDiskFull: (reason: string) => void;
  onDiskFree: () => void;
  /** The store of the bus is damaged; what is left of it works. */
  onLoss: (text: string) => void;
}

const infoTimeoutMs = 1_000;
/** After the first sound. */
const rehearseAfterMs = 3_000;

/** Our own server is watched in other ways, and asks us each second anyway. */
const ownPingMs = 10_000;

/** File with the operator's read-only key, for the NATS CLI and for `inspect`. */
export const operatorKeyFile = (home: string): string => join(home, 'run', 'operator.nk');
/** File with the console's key, which may also tell the sound of a room what to do. */
export const consoleKeyFile = (home: string): string => join(home, 'run', 'console.nk');

/** The supervisor's side of the bus: our own server or an outside cluster, and who may log in. */
export class BusLink implements AsyncDisposable {
  readonly #keys = mintKeys();
  readonly #options: BusLinkOptions;
  readonly #credentials: string;
  #server: NatsServer | undefined;
  #cutter: ConnectionCutter | undefined;
  #connection: NatsConnection | undefined;
  readonly #pace = new ReconnectPace();
  readonly #toldLosses = new Set<string>();
  readonly #rooms: Set<string>;

  constructor(options: BusLinkOptions) {
    this.#options = options;
    this.#rooms = new Set(options.rooms);
    const file = options.config.credentialsFile;
    this.#credentials = file === '' ? '' : readFileSync(file, 'utf8');
  }

  /** For the state file; an outside cluster has no pid and no monitor of ours. */
  get state(): { url: string; monitorUrl: string; pid: number; restarts: number } {
    const server = this.#server;
    return {
      url: server?.url ?? this.#options.config.servers.join(','),
      monitorUrl: server?.monitorUrl ?? '',
      pid: server?.pid ?? 0,
      restarts: server?.restarts ?? 0,
    };
  }

  /**
   * Returns a sentence for people once streams and consumers are there. Throws when the bus cannot be had. `onBegun`: from here on
   * it mostly waits for others.
   */
  async open(onBegun: () => void = () => undefined): Promise<string> {
    const { config, project, home, log, onChange, onDiskFull, onDiskFree } = this.#options;
    const own = config.servers.length === 0;
    let said = `outside cluster ${config.servers.join(', ')}`;
    if (own) {
      const binary = await findNatsServer(project);
      const publicKeys = new Map([...this.#keys].map(([user, { publicKey }]) => [user, publicKey]));
      this.#server = new NatsServer({
        binary: binary.path,
        home,
        bus: config,
        publicKeys,
        log,
        onChange: (event, reason) => {
          if (event === 'up') this.#pace.hurry(this.#connection, this.servers);
          onChange(event, reason);
          if (event === 'up') void this.#layOutAgain().then(() => this.keep());
        },
        onDiskFull,
        onDiskFree,
      });
      await this.#server.start(onBegun);
      for (const [file, seed] of this.#keyFiles) writeFileSync(file, seed, { mode: 0o600 });
      said = `nats-server ${binary.version} at ${this.#server.url}`;
    }
    if (!own) onBegun();
    this.#connection = await connect({
      ...connectionDefaults,
      ...this.#pace.options,
      ...(own ? { pingInterval: ownPingMs } : {}),
      waitOnFirstConnect: own,
      servers: this.servers,
      name: 'supervisor',
      inboxPrefix: inboxPrefix('supervisor'),
      ...this.#authentication(),
    });
    // Workers of an outside cluster may be anywhere.
    await this.#layOut(this.#connection, { nobodyWorks: this.#server !== undefined });
    if (own) {
      this.#cutter = new ConnectionCutter({ seed: this.#seed('administrator'), log });
      setTimeout(() => void this.#rehearse(), rehearseAfterMs).unref();
    }
    return said;
  }

  /**
   * Makes what further rooms need, before anybody works for them; that of rooms which are not hosted any more stays, since something
   * of them may be left to do. Throws when the bus does not answer.
   */
  async serve(rooms: string[]): Promise<void> {
    const news = rooms.filter((room) => !this.#rooms.has(room));
    for (const room of news) this.#rooms.add(room);
    if (news.length === 0 || !this.connection) return;
    try {
      await setUpConsumers(await jetstreamManager(this.connection, { timeout: 10_000 }), this.#rooms);
    } catch (error) {
      // Whoever asks again has to get them.
      for (const room of news) this.#rooms.delete(room);
      throw error;
    }
  }

  /** Nothing before it is open. */
  get connection(): NatsConnection | undefined {
    return this.#connection?.isClosed() ? undefined : this.#connection;
  }

  /** Now and then: the files of the operator's and the console's key, made anew when somebody has removed them, and the administrator's connection. Never throws. */
  keep(): void {
    if (!this.#server) return;
    if (this.#cutter?.isLost) void this.#cutter.open(this.servers);
    try {
      for (const [file, seed] of this.#keyFiles)
        if (!existsSync(file)) writeFileSync(file, seed, { mode: 0o600 });
    } catch (error) {
      this.#options.log.warn({ err: error }, 'cannot write the keys of the operator and the console');
    }
  }

  /** For the supervisor's own words; dropped while the bus is away. */
  tell(subject: string, payload: Uint8Array): void {
    this.connection?.publish(subject, payload);
  }

  /** Ends our own server, which is then started again; an outside cluster is not ours to restart. */
  restart(): void {
    this.#server?.restart();
  }

  async #layOut(connection: NatsConnection, { nobodyWorks = false } = {}): Promise<void> {
    const replicas = this.#server ? 1 : 3;
    const { config, log, onLoss } = this.#options;
    const rooms = this.#rooms;
    const setup = { maxDiskMb: config.maxDiskMb, replicas, rooms, nobodyWorks };
    for (const loss of await setUpBus(connection, setup)) {
      const text = `${loss.missing} messages are missing in ${loss.stream}: its store was damaged`;
      if (this.#toldLosses.has(text)) continue;
      this.#toldLosses.add(text);
      log.error(loss, 'messages are missing in a stream');
      onLoss(text);
    }
  }

  /** What a death calls for, once, so that its code is loaded when it matters. */
  async #rehearse(): Promise<void> {
    await this.#cutter?.open(this.servers);
    await this.unacknowledged('reply', () => []).catch(() => undefined);
  }

  /** The server was started again: if something was mended on the way, streams may be missing. */
  async #layOutAgain(): Promise<void> {
    try {
      if (this.connection) await this.#layOut(this.connection);
    } catch (error) {
      this.#options.log.error({ err: error }, 'cannot set the bus up again');
    }
  }

  /** What a child needs to log in as its role; nothing for simulators. */
  accessFor(role: Role): BusAccess {
    if (role === 'sim') return { servers: [], seed: '', inboxPrefix: '', credentials: '' };
    const own = this.#server !== undefined;
    return {
      servers: this.servers,
      seed: own ? this.#seed(role) : '',
      inboxPrefix: inboxPrefix(role),
      credentials: this.#credentials,
    };
  }

  /** Gives messages that a dead child held to whoever asks next, instead of after their ack wait. */
  handOver(acks: Iterable<string>): void {
    for (const ack of acks) this.connection?.publish(ack, '-NAK');
  }

  /** Whether it could be ended; only at our own server. Never throws. */
  async cut(connection: BusConnection): Promise<boolean> {
    return (await this.#cutter?.cut(connection)) ?? false;
  }

  /**
   * Ack subjects of messages that were given to a role, not answered, and are held by nobody: `heldAcks` is asked once the bus has
   * answered. Nothing with an outside cluster, whose ack subjects hold more. Throws when the bus does not answer.
   */
  async unacknowledged(role: Role, heldAcks: () => Iterable<string>): Promise<string[]> {
    if (!this.#server || !this.connection) return [];
    const manager = await jetstreamManager(this.connection, { checkAPI: false, timeout: infoTimeoutMs });
    const stream = workStreams[role];
    if (stream === undefined) return [];
    const found: Unanswered[] = [];
    for (const [consumer, { ack_floor, delivered, num_ack_pending: count }] of await knownConsumers(
      manager,
      stream,
    )) {
      const [first, last] = [ack_floor.stream_seq + 1, delivered.stream_seq];
      if (count > 0 && consumer.startsWith(`${role}-`)) found.push({ stream, consumer, first, last, count });
    }
    return unheardAcks(found, heldAcks());
  }

  /** At once, for an end in a hurry. */
  kill(): void {
    this.#server?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cutter?.[Symbol.asyncDispose]();
    await this.#connection
      ?.close()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'closing the bus'));
    await this.#server?.[Symbol.asyncDispose]();
  }

  get #keyFiles(): [file: string, seed: string][] {
    const { home } = this.#options;
    return [
      [operatorKeyFile(home), this.#seed('operator')],
      [consoleKeyFile(home), this.#seed('console')],
    ];
  }

  /** Where it is to be found; our own server may be elsewhere later. */
  get servers(): string[] {
    return this.#server?.servers ?? this.#options.config.servers;
  }

  #authentication(): object {
    if (this.#server) {
      return { authenticator: nkeyAuthenticator(this.#seed('supervisor')) };
    }
    if (this.#credentials === '') return {};
    return { authenticator: credsAuthenticator(new TextEncoder().encode(this.#credentials)) };
  }

  #seed(user: BusUser): string {
    const key = this.#keys.get(user);
    if (!key) throw new Error(`No key for "${user}"`);
    return key.seed;
  }
}
