import { setTimeout as sleep } from 'node:timers/promises';

const longest = 2 ** 31 - 1;

/** Waits for something to become true that changes only by events: whoever handles one calls `look`. */
export class Conditions {
  readonly #watchers = new Set<() => boolean>();

  look(): void {
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  /** Returns once it holds, or the signal says stop. */
  async until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (holds() || signal.aborted) return;
    const done = new AbortController();
    const watcher = () => {
      if (!holds()) return false;
      done.abort();
      return true;
    };
    this.#watchers.add(watcher);
    const either = AbortSignal.any([signal, done.signal]);
    await sleep(longest, undefined, { signal: either }).catch(() => undefined);
    this.#watchers.delete(watcher);
  }
}
