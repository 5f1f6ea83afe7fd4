import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { SourceError } from '../source.ts';
import type { Opening, Source, SourceParts } from '../source.ts';
import type { ReadMessage } from './socket-feed.ts';
import { SocketFeed } from './socket-feed.ts';

const maxPayloadBytes = 16 * 1024 * 1024;
const callerWaitMs = 10_000;

interface ListeningOptions {
  /** Who is to connect, for messages. */
  name: string;
  host: string;
  /** 0: any that is free. */
  port: number;
  parts: SourceParts;
  newReader: () => ReadMessage;
}

/**
 * A source that is connected to, by a WebSocket client that sends. It listens from its first opening until it is disposed; a client that
 * comes while another is there takes its place, as the other may be gone without a word.
 */
export class ListeningSource implements Source {
  readonly platform: string;
  readonly #options: ListeningOptions;
  #server: WebSocketServer | undefined;
  #caller: SocketFeed | undefined;
  #current: SocketFeed | undefined;
  #arrival = Promise.withResolvers<void>();
  #isTold = false;

  constructor(platform: string, options: ListeningOptions) {
    this.platform = platform;
    this.#options = options;
  }

  async open(signal: AbortSignal): Promise<Opening> {
    const address = await this.#listen(signal);
    this.#tellAddress(address, !this.#caller);
    if (this.#caller?.ended.aborted) this.#caller = undefined;
    if (!this.#caller) await this.#nextCaller(signal);
    const feed = this.#caller;
    if (!feed) return { kind: 'offline', reason: `${this.#options.name} has not connected to ${address}` };
    this.#tellAddress(address, false);
    this.#caller = undefined;
    this.#current = feed;
    feed.begin();
    return { kind: 'open', feed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#caller?.[Symbol.asyncDispose]();
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    for (const client of server.clients) client.terminate();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #listen(signal: AbortSignal): Promise<string> {
    const { host, port, name } = this.#options;
    if (!this.#server) {
      const server = new WebSocketServer({
        host,
        port,
        maxPayload: maxPayloadBytes,
        perMessageDeflate: false,
        autoPong: false,
      });
      try {
        await once(server, 'listening', { signal });
      } catch (cause) {
        server.close();
        signal.throwIfAborted();
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new SourceError('system', `Cannot wait for ${name} at ${host}:${port}: ${reason}`, { cause });
      }
      server.on('connection', this.#onCaller);
      this.#server = server;
    }
    return `ws://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  #onCaller = (socket: WebSocket): void => {
    socket.on('error', () => socket.terminate());
    const { parts, newReader } = this.#options;
    const before = this.#caller;
    this.#caller = new SocketFeed(socket, { parts, read: newReader() });
    void before?.[Symbol.asyncDispose]();
    this.#current?.giveUp({ reason: 'another client took its place', waitMs: 0 });
    this.#arrival.resolve();
  };

  async #nextCaller(signal: AbortSignal): Promise<void> {
    this.#arrival = Promise.withResolvers<void>();
    const stop = () => this.#arrival.resolve();
    const timer = setTimeout(stop, callerWaitMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (!signal.aborted) await this.#arrival.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
  }

  /** Nobody else can tell where it listens. */
  #tellAddress(address: string, isOn: boolean): void {
    if (this.#isTold === isOn) return;
    this.#isTold = isOn;
    const text = `waiting for ${this.#options.name}: it has to connect to ${address}`;
    this.#options.parts.onCondition({ code: 'waiting-for-client', text, isOn });
  }
}
