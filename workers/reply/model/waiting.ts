import type { ModelFault } from './model-fault.ts';
import { ModelError } from './model-fault.ts';

export interface Deadline {
  dueAt: number;
  code: ModelFault;
  message: string;
}

/**
 * Waits for one thing after another, each with its deadline, and all together with one. Time in which nobody waits (who reads the answer is busy)
 * counts for the whole only.
 */
export class Waiting implements Disposable {
  readonly outer: AbortSignal;
  /** Ends with the outer signal, with the first deadline that is missed, and with this object. */
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #total: Deadline;

  constructor(outer: AbortSignal, totalMs: number) {
    this.outer = outer;
    this.signal = AbortSignal.any([outer, this.#own.signal]);
    this.#total = {
      dueAt: performance.now() + totalMs,
      code: 'total-timeout',
      message: `not done within ${Math.round(totalMs)} ms`,
    };
  }

  deadline(ms: number, code: ModelFault, message: string): Deadline {
    return { dueAt: performance.now() + ms, code, message };
  }

  /** What the work gives. Throws ModelError when it comes too late, or the outer signal's reason. */
  async for<T>(work: Promise<T>, deadline: Deadline): Promise<T> {
    const { dueAt, code, message } = deadline.dueAt < this.#total.dueAt ? deadline : this.#total;
    const { promise, reject } = Promise.withResolvers<never>();
    let isOver = false;
    const late = () => {
      if (isOver) return;
      const error = new ModelError(code, message);
      reject(error);
      this.#own.abort(error);
    };
    const stop = () => reject(this.outer.reason as Error);
    // What came while this process was held up is read first.
    const timer = setTimeout(() => setImmediate(late), Math.max(0, dueAt - performance.now()));
    this.outer.addEventListener('abort', stop, { once: true });
    if (this.outer.aborted) stop();
    work.catch(() => undefined);
    promise.catch(() => undefined);
    try {
      return await Promise.race([work, promise]);
    } finally {
      isOver = true;
      clearTimeout(timer);
      this.outer.removeEventListener('abort', stop);
    }
  }

  [Symbol.dispose](): void {
    this.#own.abort(new Error('Nobody reads any more'));
  }
}
