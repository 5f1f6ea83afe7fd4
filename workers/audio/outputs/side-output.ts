import type { OutputKind } from '../../../protocol/config.ts';
import { delay } from '../../delay.ts';
import type { Found } from './find-output.ts';
import type { SinkProcess, SinkSpec } from './sink-process.ts';
import { WarmSink } from './warm-sink.ts';

export interface SideOutputOptions {
  kind: OutputKind;
  /** What it is, where that need not be found out. */
  spec: SinkSpec | undefined;
  find: (signal: AbortSignal) => Promise<Found>;
  spawn: (spec: SinkSpec) => SinkProcess;
  /** One that waited has ended, and why. */
  onLost: (spec: SinkSpec, reason: string) => void;
  warn: (text: string) => void;
}

const retryMs = { first: 250, most: 30_000 };
const endMs = 1_000;

/**
 * An output beside the chosen one, the recording for example: started again whenever it ends, until it is stopped. The same reason is
 * told once, since what is not there is tried for ever.
 */
export class SideOutput implements AsyncDisposable {
  readonly kind: OutputKind;
  readonly #options: SideOutputOptions;
  readonly #warm: WarmSink;
  #sink: SinkProcess | undefined;
  #running: { stop: AbortController; over: Promise<void> } | undefined;

  constructor(options: SideOutputOptions) {
    const { kind, spawn, onLost } = options;
    this.kind = kind;
    this.#options = options;
    this.#warm = new WarmSink({ spawn, onLost });
  }

  get sink(): SinkProcess | undefined {
    return this.#sink;
  }

  /** Loads it, to wait for its first sound; or lets that one go, since it is not needed now. */
  prepare(isNeeded: boolean): void {
    if (!this.#running) this.#warm.keep(isNeeded ? this.#options.spec : undefined);
  }

  async ready(): Promise<void> {
    await this.#warm.ready();
  }

  start(): void {
    if (this.#running) return;
    const stop = new AbortController();
    const running = { stop, over: Promise.resolve() };
    this.#running = running;
    running.over = this.#keep(stop.signal);
  }

  /** What was written to it until now is played; undefined: there was nothing to stop. */
  stop(): Promise<void> | undefined {
    const running = this.#running;
    if (!running) return undefined;
    running.stop.abort();
    return this.#end(running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.stop(), this.#warm[Symbol.asyncDispose]()]);
  }

  async #end(running: { over: Promise<void> }): Promise<void> {
    await this.#sink?.end(endMs);
    await running.over;
    if (this.#running === running) this.#running = undefined;
  }

  async #keep(signal: AbortSignal): Promise<void> {
    let told = '';
    for (let retry = retryMs.first; !signal.aborted; retry = Math.min(2 * retry, retryMs.most)) {
      const began = performance.now();
      // Without a pause where the sink is known: the first frame is due.
      const sink = this.#known() ?? (await this.#found(signal));
      if (signal.aborted) {
        if (typeof sink !== 'string') await sink.end(endMs);
        return;
      }
      const reason = typeof sink === 'string' ? sink : await this.#play(sink);
      if (signal.aborted) return;
      if (performance.now() - began > retryMs.most) {
        retry = retryMs.first;
        told = '';
      }
      if (reason !== told) this.#options.warn(`"${this.kind}" beside it: ${reason}, trying it again`);
      told = reason;
      await delay(retry, signal);
    }
  }

  async #play(sink: SinkProcess): Promise<string> {
    this.#sink = sink;
    const reason = await sink.ended;
    this.#sink = undefined;
    return `ended (${reason})`;
  }

  #known(): SinkProcess | undefined {
    const { spec, spawn } = this.#options;
    return spec && (this.#warm.take(spec) ?? spawn(spec));
  }

  async #found(signal: AbortSignal): Promise<SinkProcess | string> {
    const found = await this.#options.find(signal);
    return found.works ? this.#options.spawn(found.spec) : found.reason;
  }
}
