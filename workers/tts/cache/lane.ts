import { TimeLimitError } from '../time-limit.ts';

export interface LaneOptions {
  /** How many operations may be under way. */
  slots: number;
  /** How long one may take, with its waiting. */
  limitMs: number;
  /** How many may wait; one more is refused. */
  maxWaiting: number;
}

/**
 * Operations on a disk that may hang. They cannot be called back: each holds a thread of the process until the disk answers. So only a
 * few are let out, and nobody waits for one longer than the limit; while one is overdue no other begins.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #overdue = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  get isStuck(): boolean {
    return this.#overdue > 0;
  }

  get isFull(): boolean {
    return this.#running >= this.#options.slots && this.#waiting.length >= this.#options.maxWaiting;
  }

  /** What `work` gives or throws; TimeLimitError when that takes too long, or is not to be expected. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { limitMs } = this.#options;
    if (this.isStuck) throw new TimeLimitError('an earlier operation is not done yet');
    if (this.isFull) throw new TimeLimitError(`${this.#waiting.length} operations wait already`);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let isRunning = false;
    let isOverdue = false;
    const begin = () => {
      isRunning = true;
      this.#running += 1;
      void work()
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          this.#running -= 1;
          if (isOverdue) this.#overdue -= 1;
          this.#next();
        });
    };
    const giveUp = () => {
      isOverdue = isRunning;
      if (isRunning) this.#overdue += 1;
      else this.#waiting.splice(this.#waiting.indexOf(begin), 1);
      reject(new TimeLimitError(`not done within ${limitMs} ms`));
    };
    const begunAt = performance.now();
    let timer = setTimeout(() => {
      // When it was this process that stood still, the answer may be there and only not be seen yet.
      if (performance.now() - begunAt < limitMs * 1.5) giveUp();
      else timer = setTimeout(giveUp, limitMs);
    }, limitMs);
    if (this.#running < this.#options.slots) begin();
    else this.#waiting.push(begin);
    return await promise;
  }

  #next(): void {
    if (this.#running < this.#options.slots && !this.isStuck) this.#waiting.shift()?.();
  }
}
