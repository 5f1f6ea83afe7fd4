import { setImmediate as immediate } from 'node:timers/promises';
import type { Clock } from '../../../../workers/tts/policies/clock.ts';

interface Timer {
  at: number;
  fire: () => void;
}

/** A clock that jumps to the next timer as soon as nothing else is to do. */
export class VirtualClock implements Clock, Disposable {
  #now = 0;
  #timers: Timer[] = [];
  readonly #restore: () => void;

  /** `everywhere`: the global setTimeout goes by it as well, until it is disposed. */
  constructor({ everywhere = false } = {}) {
    const { setTimeout } = globalThis;
    this.#restore = () => void (globalThis.setTimeout = setTimeout);
    if (!everywhere) return;
    const replaced = (fire: () => void, durationMs = 0) => this.#add(durationMs, fire);
    globalThis.setTimeout = replaced as unknown as typeof setTimeout;
  }

  now(): number {
    return this.#now;
  }

  async delay(durationMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = this.#add(durationMs, () => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    });
    const stop = () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      resolve(false);
    };
    signal.addEventListener('abort', stop, { once: true });
    return await promise;
  }

  /** Lets time pass until the work is done; throws what it throws. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const noteEnd = () => void (isDone = true);
    work.then(noteEnd, noteEnd);
    for (;;) {
      await immediate();
      if (isDone) return await work;
      if (!this.#fireNext(Infinity)) throw new Error(`Nothing is left to happen at ${this.#now} ms`);
    }
  }

  /** Lets so much time pass. */
  async pass(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    do await immediate();
    while (this.#fireNext(until));
    this.#now = until;
  }

  [Symbol.dispose](): void {
    this.#restore();
  }

  /** Whole milliseconds, at least one: as timers of node are. */
  #add(durationMs: number, fire: () => void): Timer {
    const timer = { at: this.#now + Math.max(1, Math.trunc(durationMs)), fire };
    this.#timers.push(timer);
    return timer;
  }

  #fireNext(until: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.at < next.at) next = timer;
    if (!next || next.at > until) return false;
    this.#timers.splice(this.#timers.indexOf(next), 1);
    this.#now = next.at;
    next.fire();
    return true;
  }
}
