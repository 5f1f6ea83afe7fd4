import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { SoundOutcome, SpeechFault } from '../../../protocol/simulated-faults.ts';
import { readBody } from './read-body.ts';
import type { SpeechRecord } from './truth-log.ts';

export type ExchangeOptions = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: SpeechFault;
  readonly isSpeech: boolean;
  /** The server closes or restarts. */
  readonly closing: AbortSignal;
};

/** One request and its answer, and what the log will say of them. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly fault: SpeechFault;
  readonly isSpeech: boolean;
  /** The client went away, or the server closes or restarts. */
  readonly gone: AbortSignal;
  readonly closing: AbortSignal;
  parameters: unknown = {};
  text = '';
  sampleRateHz = 0;
  /** What is being sent; it counts only when it gets to its end. */
  outcome: SoundOutcome = 'none';
  waitedMs = 0;
  readonly #at = Date.now();
  readonly #start = performance.now();
  readonly #hash = createHash('sha256');
  readonly #leaving = new AbortController();
  #status = 0;
  #bytes = 0;
  #firstByteMs = -1;
  #isOver = false;
  #aborted = false;

  constructor({ request, response, fault, isSpeech, closing }: ExchangeOptions) {
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.path = path;
    this.query = new URLSearchParams(query);
    this.fault = fault;
    this.isSpeech = isSpeech;
    this.closing = closing;
    this.gone = AbortSignal.any([closing, this.#leaving.signal]);
    response.once('close', () => {
      if (this.#isOver || response.writableFinished) return;
      this.#aborted = true;
      this.#leaving.abort(new Error('The client went away'));
    });
    response.on('error', () => undefined);
  }

  header(name: string): string {
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : '';
  }

  async body(): Promise<Buffer> {
    return await readBody(this.request);
  }

  /** A whole answer. */
  answer(status: number, body: string | Uint8Array, headers: OutgoingHttpHeaders): void {
    if (this.response.destroyed) return;
    this.#status = status;
    this.response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    this.response.end(body);
  }

  json(status: number, body: unknown, headers: OutgoingHttpHeaders = {}): void {
    this.answer(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  /** The headers of an answer whose body follows; without a length it is chunked. */
  begin(headers: OutgoingHttpHeaders): void {
    if (this.response.destroyed) return;
    this.#status = 200;
    this.response.writeHead(200, headers);
    this.response.flushHeaders();
  }

  /** Bytes of the body; waits until they are taken. Throws when the client goes away. */
  async write(bytes: Uint8Array, { isSound = true }: { readonly isSound?: boolean } = {}): Promise<void> {
    this.gone.throwIfAborted();
    if (bytes.length === 0) return;
    if (this.#firstByteMs < 0) this.#firstByteMs = performance.now() - this.#start;
    if (isSound) {
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
    }
    if (!this.response.write(bytes)) await once(this.response, 'drain', { signal: this.gone });
  }

  /** The body is complete; waits until it is sent. */
  async end(): Promise<void> {
    this.gone.throwIfAborted();
    this.response.end();
    if (!this.response.writableFinished) await once(this.response, 'finish', { signal: this.gone });
  }

  /** Ends the connection in the middle of the body, after what was written is sent: no last chunk comes. */
  async cut(): Promise<void> {
    const { socket } = this.response;
    if (!socket || socket.destroyed) return;
    this.#isOver = true;
    socket.end();
    if (!socket.writableFinished) await once(socket, 'finish', { signal: this.gone }).catch(() => undefined);
    socket.destroy();
  }

  /** Ends the connection at once, with a reset. */
  reset(): void {
    this.#isOver = true;
    this.request.socket.resetAndDestroy();
  }

  /** Nothing more is said, until the client goes away or the server closes. */
  async untilGone(): Promise<void> {
    await once(this.gone, 'abort', { signal: this.gone }).catch(() => undefined);
  }

  async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.gone });
  }

  /** Milliseconds since the request came. */
  get ageMs(): number {
    return performance.now() - this.#start;
  }

  record(): Omit<SpeechRecord, 'seq'> {
    const { method, path, isSpeech, parameters, text, fault, outcome, sampleRateHz } = this;
    const isComplete = this.response.writableFinished && !this.#aborted;
    const round = (ms: number) => Math.round(ms * 10) / 10;
    return {
      at: this.#at,
      method,
      path,
      isSpeech,
      parameters,
      text,
      fault,
      status: this.#status,
      isRight: isSpeech && isComplete && (outcome === 'right' || outcome === 'repairable'),
      outcome,
      samples: Math.floor(this.#bytes / 2),
      sampleRateHz,
      sha256: this.#bytes > 0 ? this.#hash.digest('hex') : '',
      waitedMs: round(this.waitedMs),
      firstByteMs: round(this.#firstByteMs),
      totalMs: round(this.ageMs),
      aborted: this.#aborted && !this.closing.aborted,
    };
  }
}
