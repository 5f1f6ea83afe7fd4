import type { Agent, fetch } from 'undici';
import { loadUndici } from '../load-undici.ts';

const connectTimeoutMs = 5_000;
const headersTimeoutMs = 8_000;
const bodyTimeoutMs = 8_000;
/** For the whole request, redirects included. */
const requestTimeoutMs = 15_000;
const maxBodyBytes = 16 * 1024 * 1024;

export interface WebRequest {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  timeoutMs?: number;
  maxBytes?: number;
}

export interface WebAnswer {
  status: number;
  /** Empty when it is larger than `maxBytes`. */
  bytes: Buffer;
  /** The same as UTF-8. */
  text: string;
  tooLarge: boolean;
  setCookies: string[];
}

/** HTTP with a deadline on everything and a bound on the answer. Throws when there is none. */
export class WebClient implements AsyncDisposable {
  #agent: Agent | undefined;
  #isDisposed = false;

  async request(url: string, options: WebRequest): Promise<WebAnswer> {
    const {
      method = 'GET',
      headers = {},
      body: sent,
      timeoutMs = requestTimeoutMs,
      maxBytes = maxBodyBytes,
    } = options;
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const { fetch, agent } = this.#open();
      const answer = await fetch(url, {
        method,
        headers,
        ...(sent === undefined ? {} : { body: sent }),
        signal: AbortSignal.any([options.signal, deadline]),
        dispatcher: agent,
      });
      const body = await readBounded(answer.body, maxBytes);
      const bytes = body ?? Buffer.alloc(0);
      let text: string | undefined;
      return {
        status: answer.status,
        bytes,
        get text() {
          return (text ??= bytes.toString('utf8'));
        },
        tooLarge: body === undefined,
        setCookies: answer.headers.getSetCookie(),
      };
    } catch (cause) {
      options.signal.throwIfAborted();
      const reason = deadline.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(cause);
      throw new Error(`${method} ${withoutQuery(url)} failed: ${reason}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    if (this.#agent && !this.#agent.destroyed) await this.#agent.destroy();
  }

  #open(): { fetch: typeof fetch; agent: Agent } {
    if (this.#isDisposed) throw new Error('These connections are closed');
    const undici = loadUndici();
    this.#agent ??= new undici.Agent({
      connect: { timeout: connectTimeoutMs },
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
      maxResponseSize: maxBodyBytes,
      connections: 4,
    });
    return { fetch: undici.fetch, agent: this.#agent };
  }
}

/** Undefined when there is more. The bound is on what comes out of decompression, not on what came in. */
async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** undici says “fetch failed” and has the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
