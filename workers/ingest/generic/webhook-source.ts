import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookConfig } from '../../../protocol/sources/generic.ts';
import { SourceError } from '../source.ts';
import type { Opening, RawMessage, Source, SourceParts } from '../source.ts';
import { readBounded } from './read-bounded.ts';
import { readMessage } from './read-message.ts';
import { SignatureCheck } from './signature.ts';
import { WebhookFeed } from './webhook-feed.ts';

const maxBodyBytes = 1024 * 1024;
const maxDiscardedBytes = 64 * 1024 * 1024;
const maxConnections = 256;

interface Refusal {
  status: number;
  field: string;
  reason: string;
}

/**
 * Listens for events by HTTP POST, from its first opening until it is disposed; while the room is not read they are told to come again. A
 * request is answered once its events are kept.
 */
export class WebhookSource implements Source {
  readonly platform: string;
  readonly #config: WebhookConfig;
  readonly #parts: SourceParts;
  readonly #check: SignatureCheck;
  #server: Server | undefined;
  #feed: WebhookFeed | undefined;

  constructor(platform: string, config: WebhookConfig, parts: SourceParts) {
    this.platform = platform;
    this.#config = config;
    this.#parts = parts;
    this.#check = new SignatureCheck(config);
  }

  async open(signal: AbortSignal): Promise<Opening> {
    const address = await this.#listen(signal);
    const feed = new WebhookFeed({ title: `webhook at ${address}`, onClose: () => this.#forget(feed) });
    this.#feed = feed;
    return { kind: 'open', feed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#feed?.[Symbol.asyncDispose]();
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    // Answers that are on their way have a moment.
    const timer = setTimeout(() => server.closeAllConnections(), 200);
    await closed;
    clearTimeout(timer);
  }

  #forget(feed: WebhookFeed): void {
    if (this.#feed === feed) this.#feed = undefined;
  }

  async #listen(signal: AbortSignal): Promise<string> {
    const { host, port } = this.#config;
    if (!this.#server) {
      const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, (request, response) => {
        void this.#receive(request, response);
      });
      server.maxConnections = maxConnections;
      try {
        server.listen(port, host);
        await once(server, 'listening', { signal });
      } catch (cause) {
        server.close();
        signal.throwIfAborted();
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new SourceError('system', `Cannot listen for events at ${host}:${port}: ${reason}`, { cause });
      }
      this.#server = server;
    }
    return `http://${host}:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Never throws. */
  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { room, faults } = this.#parts;
    try {
      const refusal = refuse(request);
      if (refusal) return answer(response, refusal.status, { error: refusal }, request);
      const body = await readBounded(request, { maxBytes: maxBodyBytes, maxDiscardedBytes });
      if (!body)
        return answer(
          response,
          413,
          {
            error: { field: '(body)', reason: `must not exceed ${maxBodyBytes} bytes` },
          },
          request,
        );
      await this.#take(request, response, body);
    } catch (error) {
      // Whoever sent it has gone, or it is a mistake of ours.
      if (!request.errored && !response.destroyed)
        faults.report('webhook', { err: error, room }, 'a request that could not be answered');
      if (!response.headersSent) answer(response, 500, { error: { field: '', reason: 'failed here' } });
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const now = Date.now();
    const signature = headerOf(request, 'x-onair-signature');
    const timestamp = headerOf(request, 'x-onair-timestamp');
    const verdict = this.#check.judge({ timestamp, signature, body }, now);
    if (verdict.kind === 'wrong') {
      const { status, field, reason } = verdict;
      return answer(response, status, { error: { field, reason } });
    }
    const feed = this.#feed;
    if (!feed?.hasRoom || !this.#parts.isCertain()) {
      const reason = feed ? 'more is waiting than can be kept at once' : 'the room is not read at the moment';
      return answer(response, 503, { error: { field: '', reason: `${reason}: send it again` } });
    }
    this.#parts.tally.count('frames');
    const message: RawMessage = { receivedAt: now, form: 'fetch', data: body };
    this.#parts.onRaw(message);
    const { observations, problems } = readMessage(message, this.#parts);
    if (observations.length === 0 && problems.length > 0)
      return answer(response, 422, {
        error: { field: problems[0]?.field, reason: problems[0]?.reason },
        rejected: problems,
      });
    this.#check.take(signature, now);
    if (await feed.keep({ receivedAt: now, observations }, this.#config.keepTimeoutMs)) {
      this.#parts.tally.count('messages');
      return answer(response, 200, { accepted: observations.length, rejected: problems });
    }
    // Its events may be kept all the same, and are known when they come again.
    this.#check.release(signature);
    answer(response, 503, { error: { field: '', reason: 'could not be kept in time: send it again' } });
  }
}

function refuse({ method = '', url = '', headers }: IncomingMessage): Refusal | undefined {
  if ((url.split('?', 1)[0] ?? '') !== '/') return { status: 404, field: '(path)', reason: 'must be /' };
  if (method !== 'POST') return { status: 405, field: '(method)', reason: 'must be POST' };
  if (Number(headers['content-length'] ?? 0) > maxDiscardedBytes)
    return { status: 413, field: '(body)', reason: `must not exceed ${maxBodyBytes} bytes` };
  return undefined;
}

/** What was not read of a request would stand before the next one: its connection is closed. */
function answer(response: ServerResponse, status: number, body: object, unread?: IncomingMessage): void {
  if (unread && !unread.complete) response.setHeader('connection', 'close');
  if (status === 503) response.setHeader('retry-after', '1');
  if (status === 405) response.setHeader('allow', 'POST');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
