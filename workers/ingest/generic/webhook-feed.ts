import type { Feed, FeedEnd, Observation, SourceFrame } from '../source.ts';

/** Requests under way; beyond it, who sends is told to come again. */
const maxRequests = 64;

interface Received {
  receivedAt: number;
  observations: Observation[];
}

interface Waiting extends Received {
  settle: (isKept: boolean) => void;
}

/** Requests on their way to be kept, in order. */
export class WebhookFeed implements Feed {
  readonly title: string;
  readonly anchor = '';
  readonly #onClose: () => void;
  #waiting: Waiting[] = [];
  /** Handed out, and not kept yet. */
  readonly #unkept = new Set<Waiting>();
  #arrival = Promise.withResolvers<void>();
  #ended = false;

  constructor({ title, onClose }: { title: string; onClose: () => void }) {
    this.title = title;
    this.#onClose = onClose;
  }

  get hasRoom(): boolean {
    return !this.#ended && this.#waiting.length + this.#unkept.size < maxRequests;
  }

  /** True once every event is kept; false when that takes too long, or nothing is kept any more. */
  async keep(received: Received, timeoutMs: number): Promise<boolean> {
    if (!this.hasRoom) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ ...received, settle: resolve });
    this.#arrival.resolve();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async *frames(stopReading: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd> {
    const stop = () => this.#stop();
    stopReading.addEventListener('abort', stop, { once: true });
    if (stopReading.aborted) stop();
    try {
      for (;;) {
        const next = await this.#next();
        if (!next) return { reason: 'reading was stopped', waitMs: 0 };
        this.#unkept.add(next);
        const { receivedAt, observations } = next;
        yield { receivedAt, observations, acknowledge: () => this.#kept(next) };
      }
    } finally {
      stopReading.removeEventListener('abort', stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const { settle } of [...this.#waiting, ...this.#unkept]) settle(false);
    this.#waiting = [];
    this.#unkept.clear();
    this.#onClose();
  }

  async #next(): Promise<Waiting | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#ended) return undefined;
      this.#arrival = Promise.withResolvers<void>();
      await this.#arrival.promise;
    }
    return this.#waiting.shift();
  }

  #kept(waiting: Waiting): void {
    this.#unkept.delete(waiting);
    waiting.settle(true);
  }

  #stop(): void {
    this.#ended = true;
    this.#arrival.resolve();
  }
}
