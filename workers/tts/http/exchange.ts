import type { Dispatcher } from 'undici';
import { EngineError } from '../endpoint.ts';
import type { Deadlines, Progress } from './deadlines.ts';
import { nextDeadline } from './deadlines.ts';
import { ConnectDeadlineError } from './open-socket.ts';

export interface AnswerHead {
  status: number;
  /** Names in small letters; of several with the same name the first. */
  headers: Record<string, string>;
}

/** Takes an answer while it comes. What it throws ends the connection. */
export interface AnswerReader {
  start(head: AnswerHead): void;
  data(bytes: Uint8Array): void;
  /** Whether something that was asked for has come. */
  readonly isReceiving: boolean;
}

export interface ExchangeOptions {
  reader: AnswerReader;
  deadlines: Deadlines;
  signal: AbortSignal;
  /** When the request began, on the clock of `performance.now()`. */
  begunAt: number;
}

/** Codes of errors by which a connection ends that stood. */
const endings = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

/**
 * One request and its answer, read as fast as it comes, with our own deadlines: those of undici do not count while its reader is slow, and
 * come late. Whoever gives up ends the connection; nothing is sent on one that comes to stand afterwards.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Whether the connection ended before anything of an answer came. */
  endedUnanswered = false;
  readonly #options: ExchangeOptions;
  readonly #done = Promise.withResolvers<void>();
  readonly #stop: () => void;
  #progress: Progress;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Immediate | undefined;
  #isAnswered = false;
  #isSettled = false;
  #error: Error | undefined;

  constructor(options: ExchangeOptions) {
    const { signal, begunAt } = options;
    this.#options = options;
    this.#progress = { begunAt, part: 'connecting', since: performance.now() };
    this.#stop = () => this.#settle(asError(signal.reason));
    signal.addEventListener('abort', this.#stop, { once: true });
    if (signal.aborted) this.#stop();
    else this.#watch();
  }

  /** Settles when the answer is complete. Throws EngineError, what the reader threw, or the signal's reason. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#error) controller.abort(this.#error);
    else this.#advance('waiting');
  }

  onResponseStart(_: unknown, status: number, headers: Dispatcher.ResponseData['headers']): void {
    if (status < 200) return;
    this.#read((reader) => reader.start({ status, headers: firstOfEach(headers) }));
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#read((reader) => reader.data(chunk));
  }

  onResponseEnd(): void {
    this.#settle();
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#isSettled) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const isConnecting = this.#progress.part === 'connecting';
    this.endedUnanswered = this.#progress.part === 'waiting' && !this.#isAnswered && endings.has(code);
    this.#settle(toEngineError(error, code, isConnecting));
  }

  /** The dispatcher refused the request itself. */
  fail(error: unknown): void {
    this.#settle(asError(error));
  }

  #read(step: (reader: AnswerReader) => void): void {
    if (this.#isSettled) return;
    this.#isAnswered = true;
    const { reader } = this.#options;
    try {
      step(reader);
    } catch (error) {
      this.#settle(asError(error));
      return;
    }
    if (reader.isReceiving) this.#advance('receiving');
  }

  #advance(part: Progress['part']): void {
    const isLater = part !== this.#progress.part;
    this.#progress = { ...this.#progress, part, since: performance.now() };
    // Within a part a deadline only moves away, which is seen when the timer comes.
    if (isLater) this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const { dueAt } = nextDeadline(this.#progress, this.#options.deadlines);
    this.#timer = setTimeout(
      () => {
        // What came while this process was held up is read first: then nobody is blamed for it.
        this.#looking = setImmediate(() => this.#look());
      },
      Math.max(1, dueAt - performance.now()),
    );
  }

  #look(): void {
    const { fault, dueAt, message } = nextDeadline(this.#progress, this.#options.deadlines);
    if (performance.now() < dueAt - 1) this.#watch();
    else this.#settle(new EngineError(fault, message));
  }

  #settle(error?: Error): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#error = error;
    clearTimeout(this.#timer);
    clearImmediate(this.#looking);
    this.#options.signal.removeEventListener('abort', this.#stop);
    if (!error) {
      this.#done.resolve();
      return;
    }
    this.#controller?.abort(error);
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    this.#done.reject(this.#options.signal.aborted ? this.#options.signal.reason : error);
  }
}

function toEngineError(cause: Error, code: string, isConnecting: boolean): Error {
  if (cause instanceof EngineError) return cause;
  if (cause instanceof ConnectDeadlineError)
    return new EngineError('connect-timeout', cause.message, { cause });
  const what = `${cause.message || cause.name} (${code})`;
  if (isConnecting) return new EngineError('unreachable', `no connection: ${what}`, { cause });
  if (cause.name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW')
    return new EngineError('garbage', `the answer is not HTTP: ${what}`, { cause });
  return new EngineError('cut-off', `the connection ended in the middle: ${what}`, { cause });
}

function firstOfEach(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) result[name.toLowerCase()] = first;
  }
  return result;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
