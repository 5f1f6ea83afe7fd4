import { Worker } from 'node:worker_threads';
import { toFailure } from '../../../protocol/failure.ts';
import { delay } from '../../delay.ts';
import type { ThreadCommand, ThreadReport } from './music-messages.ts';

export interface DecodingThreadOptions {
  /** A thread has begun, the first one or another: this is what it is to do. */
  instructions: () => ThreadCommand[];
  onReport: (report: ThreadReport) => void;
  /** It ended, and why; another one follows. */
  onEnd: (reason: string) => void;
  /** The thread's program; tests give another. */
  file?: URL;
}

const retryMs = { first: 1_000, most: 60_000 };
/** One that has lived so long is no sign of worse. */
const soundMs = 60_000;
const limits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/** The thread that decodes, begun again whenever it ends; what it was doing is lost with it. Nothing here throws. */
export class DecodingThread implements AsyncDisposable {
  readonly #options: DecodingThreadOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #worker: Worker | undefined;

  constructor(options: DecodingThreadOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  tell(command: ThreadCommand): void {
    this.#worker?.postMessage(command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#worker?.terminate();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let retry = retryMs.first; !signal.aborted; retry = Math.min(2 * retry, retryMs.most)) {
      const began = performance.now();
      const reason = await this.#live();
      if (signal.aborted) return;
      if (performance.now() - began > soundMs) retry = retryMs.first;
      this.#options.onEnd(reason);
      await delay(retry, signal);
    }
  }

  /** Why it ended. */
  async #live(): Promise<string> {
    const { file = new URL('music-thread.ts', import.meta.url), onReport, instructions } = this.#options;
    // Options of the process, such as those for its own memory, are not for it.
    const worker = new Worker(file, { resourceLimits: limits, execArgv: [] });
    this.#worker = worker;
    const end = Promise.withResolvers<string>();
    let failure = '';
    worker.on('message', (report: ThreadReport) => {
      if (!this.#stop.signal.aborted) onReport(report);
    });
    worker.on('error', (error) => (failure = toFailure(error).message));
    worker.on('exit', (code) => end.resolve(failure || `exit code ${code}`));
    for (const command of instructions()) this.tell(command);
    try {
      return await end.promise;
    } finally {
      this.#worker = undefined;
      worker.removeAllListeners();
    }
  }
}
