import { delay } from '../../delay.ts';
import type { SinkProcess } from './sink-process.ts';

export interface RecorderOptions {
  spawn: () => SinkProcess;
  warn: (text: string) => void;
}

const retryMs = { first: 250, most: 30_000 };
const endMs = 1_000;

/** The file sink beside the chosen output: started again whenever it ends, until it is stopped. */
export class Recorder {
  readonly #options: RecorderOptions;
  #sink: SinkProcess | undefined;
  #running: { stop: AbortController; over: Promise<void> } | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get sink(): SinkProcess | undefined {
    return this.#sink;
  }

  start(): void {
    if (this.#running) return;
    const stop = new AbortController();
    this.#running = { stop, over: this.#keep(stop.signal) };
  }

  /** Ends the recording; what was written to it until now is in the file. */
  async stop(): Promise<void> {
    const running = this.#running;
    running?.stop.abort();
    await this.#sink?.end(endMs);
    await running?.over;
    if (this.#running === running) this.#running = undefined;
  }

  async #keep(signal: AbortSignal): Promise<void> {
    for (let retry = retryMs.first; !signal.aborted; retry = Math.min(2 * retry, retryMs.most)) {
      const began = performance.now();
      this.#sink = this.#options.spawn();
      const reason = await this.#sink.ended;
      this.#sink = undefined;
      if (signal.aborted) return;
      this.#options.warn(`the recording ended (${reason}), starting it again`);
      if (performance.now() - began > retryMs.most) retry = retryMs.first;
      await delay(retry, signal);
    }
  }
}
