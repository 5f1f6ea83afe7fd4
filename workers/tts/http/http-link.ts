import type { Client, Dispatcher, FormData, Pool } from 'undici';
import { loadUndici } from '../../load-undici.ts';
import type { AnswerReader } from './exchange.ts';
import { Exchange } from './exchange.ts';
import type { Deadlines } from './deadlines.ts';
import type { Connector } from './open-socket.ts';
import { openConnector } from './open-socket.ts';

export interface LinkRequest {
  method: 'GET' | 'POST';
  /** Below the address of the link, with a slash in front. */
  route: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | FormData;
  /** It has an effect that must not happen twice: never sent again. */
  once?: boolean;
}

export interface LinkOptions {
  deadlines: Deadlines;
  signal: AbortSignal;
}

export interface HttpLinkOptions {
  connectMs: number;
  /** At the same time: as many as requests may be. One more would wait, by the deadline for connecting. */
  connections: number;
}

/** Shorter than the 5 s after which uvicorn, under which the engines run, closes a connection that is idle. */
const keepAliveMs = 4_000;

/**
 * The connections to one server, which are kept for the next request. Name and password in the address are sent as Basic authorization, and are
 * in no message.
 */
export class HttpLink implements AsyncDisposable {
  /** Protocol, host and port. */
  readonly origin: string;
  readonly #base: URL;
  readonly #authorization: Record<string, string>;
  readonly #connector: Connector;
  readonly #settings: Client.Options;
  readonly #pool: Pool;
  readonly #fresh = new Set<Client>();
  #connections = 0;
  #isDisposed = false;

  constructor(address: string, { connectMs, connections }: HttpLinkOptions) {
    this.#base = new URL(address);
    this.origin = this.#base.origin;
    this.#authorization = authorizationOf(this.#base);
    this.#connector = openConnector(connectMs);
    this.#settings = {
      connect: this.#connector.connect,
      // Ours count instead.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      allowH2: false,
    };
    const undici = loadUndici();
    this.#pool = new undici.Pool(this.origin, { ...this.#settings, connections });
    this.#pool.on('connect', () => {
      this.#connections += 1;
    });
  }

  /** For messages: without query, name and password. */
  describe({ method, route }: Pick<LinkRequest, 'method' | 'route'>): string {
    return `${method} ${this.origin}${this.#path(route)}`;
  }

  /**
   * Sends a request and has its answer read. Throws EngineError, what the reader threw, or the signal's reason. A kept connection that the server
   * closed at the very moment of its use is no failure of anybody: the request is then sent once more, on a fresh one.
   */
  async exchange(request: LinkRequest, reader: AnswerReader, options: LinkOptions): Promise<void> {
    const begunAt = performance.now();
    const before = this.#connections;
    const exchange = new Exchange({ reader, ...options, begunAt });
    this.#dispatch(this.#pool, request, exchange);
    try {
      await exchange.done;
    } catch (error) {
      const isStale = exchange.endedUnanswered && this.#connections === before;
      if (!isStale || request.once || this.#isDisposed || options.signal.aborted) throw error;
      await this.#exchangeAfresh(request, new Exchange({ reader, ...options, begunAt }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#connector[Symbol.dispose]();
    await Promise.all([this.#pool, ...this.#fresh].map(endClient));
  }

  async #exchangeAfresh(request: LinkRequest, exchange: Exchange): Promise<void> {
    const undici = loadUndici();
    const client = new undici.Client(this.origin, this.#settings);
    this.#fresh.add(client);
    this.#dispatch(client, request, exchange);
    try {
      await exchange.done;
    } finally {
      this.#fresh.delete(client);
      await endClient(client);
    }
  }

  #dispatch(dispatcher: Dispatcher, request: LinkRequest, exchange: Exchange): void {
    const { method, route, query = {}, headers = {}, body = null } = request;
    const search = new URLSearchParams([...this.#base.searchParams, ...Object.entries(query)]).toString();
    try {
      dispatcher.dispatch(
        {
          method,
          path: this.#path(route) + (search && `?${search}`),
          headers: { ...this.#authorization, 'accept-encoding': 'identity', ...headers },
          body,
        },
        exchange,
      );
    } catch (error) {
      exchange.fail(error);
    }
  }

  #path(route: string): string {
    return this.#base.pathname.replace(/\/+$/, '') + route;
  }
}

async function endClient(client: Client | Pool): Promise<void> {
  if (!client.destroyed) await client.destroy();
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
