import type { Origin } from '../protocol/codec.ts';
import { noOrigin } from '../protocol/codec.ts';
import type { Duty } from '../protocol/ipc.ts';
import { delay } from './delay.ts';

/** Under what a worker puts something out, and whether that is certain. */
export interface OutputDuty {
  current: Origin;
  isCertain: boolean;
  certain(): Promise<void>;
}

export const noDuty: OutputDuty = {
  current: noOrigin,
  isCertain: true,
  certain: async () => await Promise.resolve(),
};

export interface DutyWatchOptions {
  /** A worker that could not run for so long may have been replaced. */
  deadlineMs: number;
  /** Asks the supervisor; the answer comes as `confirmed`. */
  ask: (epoch: number) => void;
  signal: AbortSignal;
}

const turnMs = 100;
const askEveryMs = 500;

/**
 * Whether this process still is who it believes to be. A worker that was stopped, or blocked, for longer than its heartbeat may be
 * silent has probably been replaced; when it wakes up it must not speak before the supervisor has said that it may. The supervisor
 * never says so to one that it has given up, and ends it instead.
 */
export class DutyWatch implements Disposable {
  readonly #options: DutyWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #duty: Duty = { lease: '', epoch: 0 };
  #lastTurn = performance.now();
  #doubt: { promise: Promise<void>; resolve: () => void } | undefined;
  doubts = 0;

  constructor(options: DutyWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#turn(), turnMs);
    this.#timer.unref();
  }

  get current(): Duty {
    return this.#duty;
  }

  take(duty: Duty): void {
    this.#duty = duty;
    this.#lastTurn = performance.now();
  }

  /** Whether something may be put out now; asks the supervisor when that is not certain. */
  get isCertain(): boolean {
    this.#turn();
    return this.#doubt === undefined;
  }

  /** Returns at once, or as soon as the supervisor has confirmed; throws when the signal says stop. */
  async certain(): Promise<void> {
    if (this.isCertain) return;
    const { signal } = this.#options;
    while (this.#doubt) {
      const waiting = new AbortController();
      await Promise.race([this.#doubt.promise, delay(askEveryMs, AbortSignal.any([signal, waiting.signal]))]);
      waiting.abort();
      signal.throwIfAborted();
      if (this.#doubt) this.#options.ask(this.#duty.epoch);
    }
  }

  confirmed(epoch: number): void {
    if (epoch !== this.#duty.epoch) return;
    this.#lastTurn = performance.now();
    this.#doubt?.resolve();
    this.#doubt = undefined;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Called by every output and ten times a second: who comes late finds out before it says anything. */
  #turn(): void {
    const now = performance.now();
    const gapMs = now - this.#lastTurn;
    this.#lastTurn = now;
    if (gapMs < this.#options.deadlineMs || this.#doubt || this.#duty.epoch === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#doubt = { promise, resolve };
    this.doubts += 1;
    this.#options.ask(this.#duty.epoch);
  }
}
