/** More important work has begun. */
class InterruptedError extends Error {
  override name = 'InterruptedError';
}

export interface BackgroundWorkOptions {
  /** So long nothing more important may have been under way. */
  quietMs: number;
  /** After a failure; doubled with each in a row, up to a minute. */
  pauseMs: number;
}

interface Task {
  run: (signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  failures: number;
  interruptions: number;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

const maxTasks = 1_000;
const maxFailures = 5;
const maxInterruptions = 20;
const longestPauseMs = 60_000;

/** Does what nobody waits for, one after the other, and only while nothing is under way that somebody waits for. */
export class BackgroundWork implements Disposable {
  readonly #options: BackgroundWorkOptions;
  readonly #tasks: Task[] = [];
  #running: AbortController | undefined;
  #holds = 0;
  #failuresInRow = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: BackgroundWorkOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#tasks.length;
  }

  /**
   * Rejects with the last failure when it failed too often, with the signal's reason when that said stop, and at once when too many
   * wait. What is interrupted is begun again later.
   */
  async add(run: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isOver || this.#tasks.length >= maxTasks)
      throw new Error(`Cannot do more in the background: ${this.#tasks.length} wait`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => this.#drop(task, signal.reason);
    const task: Task = { run, signal, failures: 0, interruptions: 0, resolve, reject };
    signal.addEventListener('abort', stop, { once: true });
    this.#tasks.push(task);
    this.#pump();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Something more important begins; it is over when this is disposed of. What runs here is interrupted. */
  hold(): Disposable {
    this.#holds += 1;
    this.#running?.abort(new InterruptedError('more important work has begun'));
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#holds -= 1;
        this.#pumpIn(this.#options.quietMs);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const reason = new InterruptedError('the process ends');
    this.#running?.abort(reason);
    for (const task of this.#tasks.splice(0)) task.reject(reason);
  }

  #pumpIn(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, delayMs);
  }

  #pump(): void {
    if (this.#isOver || this.#running || this.#holds > 0 || this.#timer) return;
    const task = this.#tasks.shift();
    if (task) void this.#do(task);
  }

  async #do(task: Task): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    const stop = () => controller.abort(task.signal.reason);
    task.signal.addEventListener('abort', stop, { once: true });
    let pauseMs = 0;
    try {
      await task.run(controller.signal);
      this.#failuresInRow = 0;
      task.resolve();
    } catch (error) {
      pauseMs = this.#failed(task, error, controller.signal.aborted);
    } finally {
      task.signal.removeEventListener('abort', stop);
      this.#running = undefined;
    }
    if (pauseMs > 0) this.#pumpIn(pauseMs);
    else this.#pump();
  }

  /** How long to wait until anything is tried again. */
  #failed(task: Task, error: unknown, wasStopped: boolean): number {
    if (wasStopped) task.interruptions += 1;
    else task.failures += 1;
    const isHopeless = task.failures >= maxFailures || task.interruptions >= maxInterruptions;
    if (this.#isOver || task.signal.aborted || isHopeless) task.reject(error);
    else this.#tasks.push(task);
    if (wasStopped) return 0;
    this.#failuresInRow += 1;
    return Math.min(longestPauseMs, this.#options.pauseMs * 2 ** (this.#failuresInRow - 1));
  }

  #drop(task: Task, reason: unknown): void {
    const index = this.#tasks.indexOf(task);
    if (index < 0) return;
    this.#tasks.splice(index, 1);
    task.reject(reason);
  }
}
