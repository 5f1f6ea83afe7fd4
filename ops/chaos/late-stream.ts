import type { Socket } from 'node:net';

export interface LateStreamOptions {
  from: Socket;
  to: Socket;
  latencyMs: () => number;
}

/** Bytes on the way beyond which the sender is made to wait. */
const maxBytes = 4_000_000;

/** One direction of a connection: what comes from one socket goes to the other, later and in order, or nowhere. */
export class LateStream {
  readonly #options: LateStreamOptions;
  /** `bytes` undefined: the sender has finished. */
  readonly #waiting: { at: number; bytes: Buffer | undefined }[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #swallowing = false;

  constructor(options: LateStreamOptions) {
    this.#options = options;
    const { from, to } = options;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.once('end', () => this.#take(undefined));
    to.on('drain', () => this.#adjust());
    from.once('close', () => {
      // An abrupt end is passed on; an orderly one was, in its place in the queue.
      if (!this.#swallowing && !from.readableEnded) to.destroy();
    });
    to.once('close', () => {
      clearTimeout(this.#timer);
      this.#waiting.length = 0;
      this.#queuedBytes = 0;
      if (!this.#swallowing) from.destroy();
    });
  }

  /** Everything from now on is lost, ends of connections included. */
  swallow(): void {
    this.#swallowing = true;
    this.#waiting.length = 0;
    this.#queuedBytes = 0;
    clearTimeout(this.#timer);
    this.#options.from.resume();
  }

  #take(bytes: Buffer | undefined): void {
    if (this.#swallowing) {
      // A socket that has been ended by its peer is of no further use to anybody.
      if (bytes === undefined) this.#options.from.end();
      return;
    }
    const latencyMs = this.#options.latencyMs();
    if (latencyMs === 0 && this.#waiting.length === 0) {
      this.#pass(bytes);
      return;
    }
    const last = this.#waiting.at(-1)?.at ?? 0;
    this.#waiting.push({ at: Math.max(last, performance.now() + latencyMs), bytes });
    this.#queuedBytes += bytes?.byteLength ?? 0;
    this.#adjust();
    if (this.#waiting.length === 1) this.#arm();
  }

  #arm(): void {
    const [next] = this.#waiting;
    if (!next) return;
    this.#timer = setTimeout(() => this.#deliver(), Math.max(0, next.at - performance.now()));
  }

  #deliver(): void {
    const now = performance.now();
    for (let next = this.#waiting[0]; next && next.at <= now; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#queuedBytes -= next.bytes?.byteLength ?? 0;
      this.#pass(next.bytes);
    }
    this.#adjust();
    this.#arm();
  }

  #pass(bytes: Buffer | undefined): void {
    const { to } = this.#options;
    if (to.destroyed) return;
    if (bytes === undefined) to.end();
    else to.write(bytes);
    this.#adjust();
  }

  #adjust(): void {
    const { from, to } = this.#options;
    if (this.#queuedBytes + to.writableLength > maxBytes) from.pause();
    else if (from.isPaused()) from.resume();
  }
}
