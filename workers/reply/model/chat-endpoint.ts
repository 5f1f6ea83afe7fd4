import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher, Pool } from 'undici';
import type { ModelConfig, ModelEndpointConfig } from '../../../protocol/reply/model-config.ts';
import { loadUndici } from '../../load-undici.ts';
import { AnswerParser } from './answer-parser.ts';
import { ModelError } from './model-fault.ts';
import { messageOf } from './read-delta.ts';
import { Waiting } from './waiting.ts';

export type ChatLimits = Pick<ModelConfig, 'connectMs' | 'firstTokenMs' | 'gapMs'>;

export interface ChatAnswer {
  /** As the server tells it; `stop` when it says no more than that this was all; '' when nothing tells that the answer is whole. */
  finish: string;
  usage: { prompt: number; completion: number } | undefined;
}

export interface ChatOptions {
  signal: AbortSignal;
  /** Until the end, from now. */
  totalMs: number;
}

const keepAliveMs = 4_000;
const maxRefusal = 16_384;
/** The figures come right behind the end. */
const usageWaitMs = 200;
const longestRetryMs = 3_600_000;

/** One server that speaks OpenAI's chat completions. */
export class ChatEndpoint implements AsyncDisposable {
  readonly config: ModelEndpointConfig;
  readonly #limits: ChatLimits;
  readonly #pool: Pool;
  readonly #path: string;

  constructor(config: ModelEndpointConfig, limits: ChatLimits) {
    this.config = config;
    this.#limits = limits;
    const url = new URL(config.url);
    const base = url.pathname.replace(/\/+$/, '');
    this.#path = `${base.endsWith('/chat/completions') ? base : `${base}/chat/completions`}${url.search}`;
    const undici = loadUndici();
    this.#pool = new undici.Pool(url.origin, {
      connect: { timeout: limits.connectMs },
      // Ours count instead.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      allowH2: false,
    });
  }

  /** What the model says, as it comes. Throws ModelError, or the signal's reason; whoever stops reading ends the request. */
  async *ask(
    body: Record<string, unknown>,
    { signal, totalMs }: ChatOptions,
  ): AsyncGenerator<string, ChatAnswer> {
    const { firstTokenMs, gapMs } = this.#limits;
    using waiting = new Waiting(signal, totalMs);
    const first = waiting.deadline(firstTokenMs, 'first-token-timeout', `no word within ${firstTokenMs} ms`);
    const response = await this.#send(JSON.stringify(body), waiting, first);
    const stream = decode(response);
    // Reading it tells; after that nobody asks.
    stream.on('error', () => undefined);
    const iterator = stream.iterator({ destroyOnReturn: true })[Symbol.asyncIterator]();
    const parser = new AnswerParser();
    let hasText = false;
    try {
      for (;;) {
        const isOver =
          parser.isDone || (parser.finish !== '' && (!this.config.askUsage || parser.usage !== undefined));
        if (parser.failure) throw parser.failure;
        if (isOver) break;
        let deadline = first;
        if (parser.finish !== '') deadline = waiting.deadline(usageWaitMs, 'gap-timeout', 'no figures');
        else if (hasText) deadline = waiting.deadline(gapMs, 'gap-timeout', `no more came for ${gapMs} ms`);
        const next = await this.#next(iterator, waiting, deadline, parser);
        const text = next === undefined ? parser.end() : parser.push(next);
        // Spaces before the first word are no word.
        hasText ||= text.trim() !== '';
        if (text !== '') yield text;
        if (next === undefined) {
          if (parser.failure) throw parser.failure;
          break;
        }
      }
    } finally {
      stream.destroy();
    }
    if (parser.finish === 'content_filter')
      throw new ModelError('filtered', 'the server held the answer back');
    return { finish: parser.finish || (parser.isDone ? 'stop' : ''), usage: parser.usage };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#pool.destroyed) await this.#pool.destroy();
  }

  async #next(
    iterator: AsyncIterator<unknown>,
    waiting: Waiting,
    deadline: ReturnType<Waiting['deadline']>,
    parser: AnswerParser,
  ): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await waiting.for(iterator.next(), deadline);
      return done === true || !(value instanceof Uint8Array) ? undefined : value;
    } catch (error) {
      waiting.outer.throwIfAborted();
      // It has said that this was all: how the connection ends is nobody's business.
      if (parser.finish !== '') return undefined;
      throw error instanceof ModelError
        ? error
        : new ModelError('cut-off', `the answer ended in the middle: ${reasonOf(error)}`, { cause: error });
    }
  }

  async #send(
    body: string,
    waiting: Waiting,
    deadline: ReturnType<Waiting['deadline']>,
  ): Promise<Dispatcher.ResponseData> {
    const key = await this.#key();
    const request: Dispatcher.RequestOptions = {
      method: 'POST',
      path: this.#path,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        'accept-encoding': 'identity',
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      },
      body,
      signal: waiting.signal,
    };
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await waiting.for(this.#pool.request(request), deadline);
        const { statusCode } = response;
        if (statusCode >= 200 && statusCode < 300) return response;
        throw await refusalOf(response, waiting, deadline);
      } catch (error) {
        waiting.outer.throwIfAborted();
        if (error instanceof ModelError) throw error;
        const code = codeOf(error);
        // A kept connection that was closed at the very moment of its use is nobody's failure.
        if (attempt === 0 && (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET')) continue;
        const isTimeout = code === 'UND_ERR_CONNECT_TIMEOUT';
        throw new ModelError(
          isTimeout ? 'connect-timeout' : isHttp(error) ? 'garbage' : 'unreachable',
          reasonOf(error),
          { cause: error },
        );
      }
    }
  }

  /** From the file each time: keys are renewed. */
  async #key(): Promise<string> {
    const { apiKey, apiKeyFile } = this.config;
    if (apiKeyFile === '') return apiKey.trim();
    try {
      return (await readFile(apiKeyFile, 'utf8')).trim();
    } catch (cause) {
      throw new ModelError('refused', `apiKeyFile cannot be read: ${reasonOf(cause)}`, { cause });
    }
  }
}

function decode({ body, headers }: Dispatcher.ResponseData): Readable {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  const flush = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  const brotli = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };
  if (encoding === 'gzip' || encoding === 'x-gzip') return piped(body, createGunzip(flush));
  if (encoding === 'deflate') return piped(body, createInflate(flush));
  if (encoding === 'br') return piped(body, createBrotliDecompress(brotli));
  if (encoding === 'identity' || encoding === '') return body;
  body.destroy();
  throw new ModelError('garbage', `the answer is packed: ${encoding.slice(0, 40)}`);
}

function piped(body: Readable, unpacked: ReturnType<typeof createGunzip>): Readable {
  // Its failure is the stream's, which is read.
  pipeline(body, unpacked, () => undefined);
  return unpacked;
}

async function refusalOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  waiting: Waiting,
  deadline: ReturnType<Waiting['deadline']>,
): Promise<ModelError> {
  let text = '';
  try {
    const iterator = body[Symbol.asyncIterator]();
    while (text.length < maxRefusal) {
      const { done, value } = await waiting.for(iterator.next(), deadline);
      if (done === true) break;
      text += String(value);
    }
  } catch {
    // The status says more than how the rest of its text failed to come.
    waiting.outer.throwIfAborted();
  }
  body.destroy();
  body.on('error', () => undefined);
  const retryAfterMs = readRetryAfter(headers['retry-after']);
  const message = `answered ${statusCode}: ${messageOf(errorIn(text))}`;
  if (statusCode === 429) return new ModelError('busy', message, { retryAfterMs });
  if (statusCode >= 500 || statusCode < 400) return new ModelError('server', message, { retryAfterMs });
  const isLasting = statusCode === 401 || statusCode === 402 || statusCode === 403 || statusCode === 404;
  return new ModelError(isLasting ? 'refused' : 'rejected', message);
}

function errorIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'error' in value ? value.error : value;
  } catch {
    return { message: text.replaceAll(/<[^>]*>/g, ' ') };
  }
}

function readRetryAfter(header: string | string[] | undefined): number {
  const text = Array.isArray(header) ? (header[0] ?? '') : (header ?? '');
  const waitMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(waitMs) ? 0 : Math.max(0, Math.min(longestRetryMs, Math.ceil(waitMs)));
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
const isHttp = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'HTTPParserError') ||
  codeOf(error).startsWith('HPE_') ||
  codeOf(error) === 'UND_ERR_HEADERS_OVERFLOW';
const reasonOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.message || error.name}${codeOf(error) && ` (${codeOf(error)})`}`
    : String(error);
