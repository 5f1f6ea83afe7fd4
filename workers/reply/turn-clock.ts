import { delay } from '../delay.ts';

/** Everybody's turn comes so often, for what only time brings about. */
const everyMs = 100;
/** Who has something new has a turn at once, but not more often than this: looking at a full board costs time. */
const leastMs = 5;

/** Says whose turn it is: those for whom something came at once, all of them now and then. */
export class TurnClock<Item> {
  readonly #all: Item[];
  readonly #fresh = new Set<Item>();
  #allDueAt = 0;
  #wake: () => void = () => undefined;

  constructor(all: Iterable<Item>) {
    this.#all = [...all];
  }

  /** Something came for it. */
  wake(item: Item): void {
    this.#fresh.add(item);
    this.#wake();
  }

  /** Those whose turn it is; `now` in milliseconds of a clock that only runs forward. */
  due(now: number): Item[] {
    const isForAll = now >= this.#allDueAt;
    if (isForAll) this.#allDueAt = now + everyMs;
    const due = isForAll ? this.#all : [...this.#fresh];
    this.#fresh.clear();
    return due;
  }

  /** Returns when `due` should be asked again, or the signal says stop. */
  async next(signal: AbortSignal): Promise<void> {
    await delay(leastMs, signal);
    if (this.#fresh.size > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#wake = wake;
    const timer = setTimeout(wake, Math.max(0, this.#allDueAt - performance.now()));
    signal.addEventListener('abort', wake, { once: true });
    if (!signal.aborted) await promise;
    signal.removeEventListener('abort', wake);
    clearTimeout(timer);
  }
}
