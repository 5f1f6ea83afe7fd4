import { delay } from '../../delay.ts';
import type { SinkProcess, SinkSpec } from './sink-process.ts';

export interface WarmSinkOptions {
  spawn: (spec: SinkSpec) => SinkProcess;
  /** One that waited has ended, and why. */
  onLost: (spec: SinkSpec, reason: string) => void;
}

interface Kept {
  spec: SinkSpec;
  stop: AbortController;
  /** Nothing: it has ended, and the next is about to be started. */
  sink: SinkProcess | undefined;
}

const retryMs = { first: 250, most: 30_000 };
const endMs = 1_000;

/**
 * A sink that was started beforehand and waits for its first byte, so that sound need not wait for a program to load. Started again when
 * it ends. Of a kind that cannot wait none is kept.
 */
export class WarmSink implements AsyncDisposable {
  readonly #options: WarmSinkOptions;
  #kept: Kept | undefined;
  #endings: Promise<unknown> = Promise.resolve();

  constructor(options: WarmSinkOptions) {
    this.#options = options;
  }

  /** Keeps one of these, instead of what was kept until now. */
  keep(spec: SinkSpec | undefined): void {
    if (spec && this.#kept?.spec.name === spec.name) return;
    this.#letGo();
    if (!spec?.canWait) return;
    this.#kept = { spec, stop: new AbortController(), sink: undefined };
    void this.#keep(this.#kept);
  }

  /** Resolves once the one that is kept could play, or is gone. */
  async ready(): Promise<void> {
    await this.#kept?.sink?.ready;
  }

  /** The one that waits, which is now the caller's to end. */
  take(spec: SinkSpec): SinkProcess | undefined {
    const kept = this.#kept;
    if (kept?.spec.name !== spec.name) return undefined;
    this.#kept = undefined;
    kept.stop.abort();
    return kept.sink?.isOver ? undefined : kept.sink;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#letGo();
    await this.#endings;
  }

  #letGo(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    kept?.stop.abort();
    this.#endings = Promise.all([this.#endings, kept?.sink?.end(endMs)]);
  }

  async #keep(kept: Kept): Promise<void> {
    const { spawn, onLost } = this.#options;
    const { signal } = kept.stop;
    for (let retry = retryMs.first; !signal.aborted; retry = Math.min(2 * retry, retryMs.most)) {
      const began = performance.now();
      kept.sink = spawn(kept.spec);
      const reason = await kept.sink.ended;
      if (signal.aborted) return;
      kept.sink = undefined;
      onLost(kept.spec, reason);
      if (performance.now() - began > retryMs.most) retry = retryMs.first;
      await delay(retry, signal);
    }
  }
}
