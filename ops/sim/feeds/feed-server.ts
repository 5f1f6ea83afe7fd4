import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Watch } from '../douyin-room/room/watch.ts';
import { playSchedule } from '../douyin-room/room/play-schedule.ts';
import { randomScenario, FRIENDLY_RATES } from '../douyin-room/scenario/random-scenario.ts';
import { readItem, type RoomItem, type RoomItemInput } from '../douyin-room/scenario/item.ts';
import { readBody } from '../speech/read-body.ts';
import { readFeedFault, type FeedFaultInput } from './feed-fault.ts';

/** One message on the wire, and what it stands for. */
export type WireMessage = { readonly id: string; readonly data: string | Uint8Array };
export type SentMessage = WireMessage & { readonly n: number; readonly at: number; readonly kind: string };

/** How a feed says things. */
export type Dialect = {
  readonly name: string;
  /** What happens, as this feed has it; nothing when it does not tell of such things. */
  encode(item: RoomItem): readonly WireMessage[];
  /** Whether a client may connect here. */
  accepts?(request: IncomingMessage): boolean;
  /** A client is there: `admit` lets it hear what is said; without this it does at once. */
  onClient?(client: WebSocket, admit: () => void): void;
  /** Other requests than `/sim/`; false: there is nothing. */
  answer?(request: IncomingMessage, response: ServerResponse): boolean;
  readonly garbage: readonly (string | Uint8Array)[];
};

export type FeedSettings = {
  /** 0: a free one. */
  readonly port: number;
  readonly seed: number;
  /** How busy the random show is; 0: nothing happens by itself. */
  readonly pace: number;
  /** So many of the last messages are sent again to who connects. */
  readonly replayCount: number;
  /** File of JSON lines of everything sent; '' for none. */
  readonly logFile: string;
};

export const FEED_DEFAULTS: FeedSettings = { port: 0, seed: 7, pace: 0, replayCount: 0, logFile: '' };

const maxRemembered = 10_000;
const lowestRate = 0.001;

/** Opens a simulated feed on 127.0.0.1. Rejects with the system's error when the port is taken or the log cannot be opened. */
export async function openFeed(dialect: Dialect, options: Partial<FeedSettings> = {}): Promise<FeedServer> {
  const settings = { ...FEED_DEFAULTS, ...options };
  const file = settings.logFile === '' ? undefined : openSync(settings.logFile, 'a');
  const server = createServer({ keepAliveTimeout: 120_000 });
  try {
    server.listen(settings.port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw error;
  }
  return new FeedServer({ dialect, settings, server, file });
}

/** A WebSocket server that says what happens in one dialect, to everybody who is connected, and can be broken. */
export class FeedServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** What clients said. */
  readonly heard: string[] = [];
  sent: SentMessage[] = [];
  connections = 0;
  readonly #dialect: Dialect;
  readonly #settings: FeedSettings;
  readonly #server: Server;
  readonly #file: number | undefined;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #clients = new Set<WebSocket>();
  readonly #arrivals = new Watch<number>();
  readonly #stop = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  #playing: Promise<void> | undefined;
  #deafUntil = 0;
  #refusals = { left: 0, status: 503 };
  #count = 0;

  constructor(parts: { dialect: Dialect; settings: FeedSettings; server: Server; file: number | undefined }) {
    this.#dialect = parts.dialect;
    this.#settings = parts.settings;
    this.#server = parts.server;
    this.#file = parts.file;
    this.port = (parts.server.address() as AddressInfo).port;
    this.url = `ws://127.0.0.1:${this.port}`;
    parts.server.on('request', (request, response) => void this.#answer(request, response));
    parts.server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
  }

  /** Says an item to all clients; what was sent, nothing when the feed does not tell of such things. */
  say(input: RoomItemInput): readonly SentMessage[] {
    return this.#say(readItem(input));
  }

  /** Sends these very bytes or text. */
  sendRaw(data: string | Uint8Array): void {
    this.#send(data);
  }

  /** On how many connections. */
  fault(input: FeedFaultInput): number {
    const fault = readFeedFault(input);
    const clients = [...this.#clients];
    switch (fault.kind) {
      case 'cut':
        for (const client of clients) client.terminate();
        break;
      case 'half-frame':
        // Text, 4,096 bytes, of which some come.
        for (const client of clients) {
          streamOf(client).write(Buffer.from([0x81, 0x7e, 0x10, 0x00, 0x7b, 0x22]));
          client.terminate();
        }
        break;
      case 'close-code':
        for (const client of clients) client.close(fault.code);
        break;
      case 'garbage':
        for (const data of this.#dialect.garbage) this.#send(data);
        break;
      case 'oversized':
        this.#send('x'.repeat(fault.megabytes * 1024 * 1024));
        break;
      case 'deaf':
        this.#deafUntil = performance.now() + fault.forMs;
        break;
      case 'refuse':
        this.#refusals = { left: fault.times, status: fault.status };
    }
    return clients.length;
  }

  /** Resolves once the `nth` client, counted from 1, hears what is said. */
  async untilConnected({ nth }: { nth: number }): Promise<void> {
    if (this.connections >= nth) return;
    await this.#arrivals.until((count) => count >= nth, this.#stop.signal);
  }

  async untilDone(): Promise<void> {
    await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(new Error('The feed is closed'));
    await this.#playing;
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#done.resolve();
  }

  #say(item: RoomItem): readonly SentMessage[] {
    const messages = this.#dialect.encode(item).map((message) => {
      return { n: ++this.#count, at: Date.now(), kind: item.kind, ...message };
    });
    for (const message of messages) {
      this.sent.push(message);
      if (this.#file !== undefined)
        writeSync(this.#file, `${JSON.stringify({ ...message, data: undefined })}\n`);
      this.#send(message.data);
    }
    if (this.sent.length > maxRemembered * 1.25) this.sent = this.sent.slice(-maxRemembered);
    return messages;
  }

  #send(data: string | Uint8Array): void {
    if (performance.now() < this.#deafUntil) return;
    for (const client of this.#clients) client.send(data);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const isWelcome = this.#dialect.accepts?.(request) ?? true;
    if (this.#refusals.left > 0 || !isWelcome) {
      const status = isWelcome ? this.#refusals.status : 404;
      if (isWelcome) this.#refusals.left -= 1;
      stream.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, stream, head, (client) => this.#welcome(client));
  }

  #welcome(client: WebSocket): void {
    client.on('error', () => client.terminate());
    client.on('close', () => this.#clients.delete(client));
    client.on('message', (data) => this.heard.push((data as Buffer).toString('utf8')));
    const admit = () => {
      for (const { data } of this.#settings.replayCount > 0
        ? this.sent.slice(-this.#settings.replayCount)
        : [])
        client.send(data);
      this.#clients.add(client);
      this.connections += 1;
      this.#arrivals.announce(this.connections);
      if (this.#settings.pace > 0) this.#playing ??= this.#play();
    };
    if (this.#dialect.onClient) this.#dialect.onClient(client, admit);
    else admit();
  }

  async #play(): Promise<void> {
    const { seed, pace } = this.#settings;
    const rates = Object.fromEntries(
      Object.entries(FRIENDLY_RATES).map(([kind, rate]) => [kind, Math.max(lowestRate, rate * pace)]),
    ) as typeof FRIENDLY_RATES;
    const schedule = randomScenario({
      seed,
      rates,
      castSize: 40,
      startSecond: Math.floor(Date.now() / 1000),
    });
    await playSchedule({
      schedule,
      perform: async (acts) => {
        for (const act of acts) if (act.do === 'say') this.#say(act.item);
      },
      signal: this.#stop.signal,
    });
  }

  /** GET `/sim/state`; POST `/sim/say` and `/sim/fault` with a JSON body. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    try {
      switch (`${request.method} ${request.url}`) {
        case 'GET /sim/state':
          return reply(200, {
            feed: this.#dialect.name,
            connections: this.connections,
            clients: this.#clients.size,
            sent: this.#count,
          });
        case 'POST /sim/say':
          return reply(200, { sent: this.#say(readItem(await jsonOf(request))).map(({ id }) => id) });
        case 'POST /sim/fault':
          return reply(200, { connections: this.fault((await jsonOf(request)) as FeedFaultInput) });
        default:
          if (!this.#dialect.answer?.(request, response)) reply(404, { error: 'There is nothing here' });
      }
    } catch (error) {
      const isTheirs = error instanceof TypeError || error instanceof SyntaxError;
      reply(isTheirs ? 400 : 500, { error: error instanceof Error ? error.message : String(error) });
    }
  }
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  return JSON.parse((await readBody(request)).toString('utf8')) as unknown;
}

/** The library keeps the stream to itself. */
function streamOf(client: WebSocket): Duplex {
  return (client as unknown as { _socket: Duplex })._socket;
}
