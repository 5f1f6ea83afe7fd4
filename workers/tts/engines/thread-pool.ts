import { Piscina } from 'piscina';
import type { Logger } from '../../logger.ts';

export interface ThreadPoolOptions {
  /** Module whose default export does one task. It must not await at its top level. */
  file: URL;
  threads: { min: number; max: number };
  log: Logger;
}

/** After a burst, threads beyond the least number end. */
const idleTimeoutMs = 60_000;
/** A thread's own heap; the memory of WASM comes on top. Beyond it the thread ends and its task fails, not the process. */
const heapMb = 128;
const waitingPerThread = 4;

/** Threads for work that would hold up the main loop. */
export class ThreadPool<Task, Result> implements AsyncDisposable {
  readonly threads: { min: number; max: number };
  readonly #pool: Piscina<Task, Result>;
  #closing: Promise<void> | undefined;

  constructor({ file, threads, log }: ThreadPoolOptions) {
    this.threads = threads;
    this.#pool = new Piscina<Task, Result>({
      filename: file.href,
      minThreads: threads.min,
      maxThreads: threads.max,
      maxQueue: threads.max * waitingPerThread,
      idleTimeout: idleTimeoutMs,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      recordTiming: false,
    });
    // A thread that dies between two tasks: the pool makes another.
    this.#pool.on('error', (error: unknown) => log.warn({ err: error }, 'a thread of the pool died'));
  }

  /** Does one task. When the signal says stop, its thread is ended, in the middle of whatever it does; other tasks are not touched. */
  async run(task: Task, signal: AbortSignal): Promise<Result> {
    if (this.#closing) throw new Error('Cannot run a task: the pool is disposed');
    return await this.#pool.run(task, { signal });
  }

  /** Ends all threads at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#pool.destroy();
    await this.#closing;
  }
}

/** In a thread: hands a result over without copying this memory, which must not be used there any more. */
export function handOver<Result extends object>(result: Result, memory: ArrayBuffer): Result {
  const movable = { [Piscina.transferableSymbol]: memory, [Piscina.valueSymbol]: result };
  // What the pool unwraps on the other side is the result itself.
  return Piscina.move(movable as unknown as ArrayBuffer) as unknown as Result;
}
