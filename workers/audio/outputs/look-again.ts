const rarelyMs = 30_000;
const mostMs = 600_000;
/** A sound server that is started again, or a plug that was pulled by accident, is back within seconds. */
const soonMs = 1_000;
/** One that is given up again within this time only seems to work. */
const steadyMs = 60_000;

/** How long to wait before a better output is looked for: not long after one was given up that had worked, else ever longer. */
export class LookAgain {
  #nextMs = rarelyMs;
  #firstMs = soonMs;
  #gaveUpAt = -Infinity;

  /** The next wait; each is twice the one before. */
  waitMs(): number {
    const wait = this.#nextMs;
    this.#nextMs = Math.min(2 * wait, mostMs);
    return wait;
  }

  /** An output that had worked does no longer. `now` on a monotonic clock in milliseconds. */
  gaveUp(now: number): void {
    const isSteady = now - this.#gaveUpAt > steadyMs;
    this.#firstMs = isSteady ? soonMs : Math.min(2 * this.#firstMs, mostMs);
    this.#gaveUpAt = now;
    this.#nextMs = this.#firstMs;
  }

  /** A better one was found. */
  found(): void {
    this.#nextMs = rarelyMs;
  }
}
