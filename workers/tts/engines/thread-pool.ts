import { Piscina } from 'piscina';
import type { Logger } from '../../logger.ts';

export interface ThreadPoolOptions {
  /** Module whose default export does one task. It must not await at its top level. */
  file: URL;
  /** Threads at first, made when the first task comes. */
  threads: number;
  /** Tasks that may wait for a thread; one more is refused. */
  maxWaiting: number;
  /**
   * How long a task that nobody waits for any more may still take. A thread costs more to make anew than most tasks take altogether. 0
   * unless told: it is ended at once.
   */
  graceMs?: number;
  /** Of a thread; 128 unless told. The memory of WASM comes on top. Beyond it the thread ends and its task fails, not the process. */
  heapMb?: number;
  log: Logger;
}

const usualHeapMb = 128;

/**
 * Threads for work that would hold up the main loop, as many as `resize` last said. Each is a piscina of one: a piscina of many
 * has its number fixed for life, starts further threads only when they are already needed, and does not count a task that can be
 * stopped against the bound of its queue.
 */
export class ThreadPool<Task, Result> implements AsyncDisposable {
  readonly #options: ThreadPoolOptions;
  readonly #free: Piscina<Task, Result>[] = [];
  readonly #busy = new Set<Piscina<Task, Result>>();
  /** In the order in which they came. */
  #waiting = new Set<PromiseWithResolvers<Piscina<Task, Result>>>();
  readonly #ending = new Set<Promise<void>>();
  #wanted: number;
  #closing: Promise<void> | undefined;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    this.#wanted = Math.max(1, options.threads);
  }

  /** Threads that there are; for a while more than wanted, since none is ended in the middle of a task. */
  get size(): number {
    return this.#free.length + this.#busy.size;
  }

  get busy(): number {
    return this.#busy.size;
  }

  /** Tasks that wait for a thread. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** From now on so many threads: new ones take what waits, and one too many ends when it has nothing to do. */
  resize(threads: number): void {
    if (this.#closing) return;
    this.#wanted = Math.max(1, threads);
    while (this.size < this.#wanted) this.#give(this.#open());
    for (let one; this.size > this.#wanted && (one = this.#free.pop());) this.#end(one);
  }

  /**
   * Does one task. When the signal says stop, it throws its reason at once, and the thread is ended in the middle of whatever it does, unless it
   * comes to an end within the grace; other tasks are not touched. What is urgent goes before all that waits.
   */
  async run(task: Task, signal: AbortSignal, { isUrgent = false } = {}): Promise<Result> {
    this.#assertOpen();
    this.resize(this.#wanted);
    const thread = await this.#acquire(signal, isUrgent);
    const end = new AbortController();
    const work = this.#work(thread, task, end.signal);
    const { graceMs = 0 } = this.#options;
    if (graceMs === 0) {
      const stop = () => end.abort(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      return await work.finally(() => signal.removeEventListener('abort', stop));
    }
    const given = Promise.withResolvers<never>();
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      given.reject(signal.reason);
      timer = setTimeout(() => end.abort(signal.reason), graceMs);
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    work.then(over, over);
    return await Promise.race([work, given.promise]);
  }

  async #work(thread: Piscina<Task, Result>, task: Task, signal: AbortSignal): Promise<Result> {
    try {
      this.#assertOpen();
      return await thread.run(task, { signal });
    } finally {
      this.#busy.delete(thread);
      if (this.size >= this.#wanted) this.#end(thread);
      else this.#give(thread);
    }
  }

  /** Ends all threads at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #acquire(signal: AbortSignal, isUrgent: boolean): Promise<Piscina<Task, Result>> {
    signal.throwIfAborted();
    const free = this.#free.pop();
    if (free) {
      this.#busy.add(free);
      return free;
    }
    if (this.#waiting.size >= this.#options.maxWaiting && !isUrgent)
      throw new Error(`Cannot run a task: ${this.#waiting.size} others already wait`);
    const turn = Promise.withResolvers<Piscina<Task, Result>>();
    if (isUrgent) this.#waiting = new Set([turn, ...this.#waiting]);
    else this.#waiting.add(turn);
    const giveUp = () => {
      this.#waiting.delete(turn);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await turn.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new Error('Cannot run a task: the pool is disposed');
  }

  /** A thread that is free, to whoever waits longest. */
  #give(thread: Piscina<Task, Result>): void {
    const [turn] = this.#waiting;
    if (!turn) {
      // Taken last: it is perhaps still being made again.
      this.#free.unshift(thread);
      return;
    }
    this.#waiting.delete(turn);
    this.#busy.add(thread);
    turn.resolve(thread);
  }

  #open(): Piscina<Task, Result> {
    const { file, heapMb = usualHeapMb, log } = this.#options;
    const thread = new Piscina<Task, Result>({
      filename: file.href,
      minThreads: 1,
      maxThreads: 1,
      // Never more than its one task, which waits there while a thread that had to be ended is made again.
      maxQueue: 1,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      recordTiming: false,
    });
    // It died between two tasks: piscina makes another.
    thread.on('error', (error: unknown) => log.warn({ err: error }, 'a thread of the pool died'));
    return thread;
  }

  #end(thread: Piscina<Task, Result>): void {
    const { log } = this.#options;
    const ending = thread
      .destroy()
      .catch((error: unknown) => log.warn({ err: error }, 'a thread of the pool did not end'))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #close(): Promise<void> {
    for (const turn of this.#waiting) turn.reject(new Error('Cannot run a task: the pool is disposed'));
    this.#waiting.clear();
    this.#wanted = 0;
    // Those at work end in the middle of it; `run` ends them once more, which does nothing.
    for (const thread of [...this.#free.splice(0), ...this.#busy]) this.#end(thread);
    await Promise.all(this.#ending);
  }
}

/** In a thread: hands a result over without copying this memory, which must not be used there any more. */
export function handOver<Result extends object>(result: Result, memory: ArrayBuffer): Result {
  const movable = { [Piscina.transferableSymbol]: memory, [Piscina.valueSymbol]: result };
  // What the pool unwraps on the other side is the result itself.
  return Piscina.move(movable as unknown as ArrayBuffer) as unknown as Result;
}
