const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Whether a disk that failed may be tried again: later each time. Pure. */
export class DiskHealth {
  #failures = 0;
  #retryAt = -Infinity;

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  isUsable(now: number): boolean {
    // A clock that was put back must not keep the disk away for as long.
    return now >= this.#retryAt || this.#retryAt - now > longestPauseMs;
  }

  /** Failures of what was begun before the first are one with it. */
  failed(now: number): void {
    if (!this.isUsable(now)) return;
    this.#failures += 1;
    this.#retryAt = now + Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
  }

  worked(): void {
    this.#failures = 0;
    this.#retryAt = -Infinity;
  }
}
