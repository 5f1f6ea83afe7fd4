/** A program has to start and to reach its device before the first sample is heard; rather heard twice than not at all. */
const startMs = 100;

/**
 * How much of what was sent to a device cannot have been heard yet: a program that plays takes sound into its own buffers, and those of
 * servers and devices behind it, but it plays no faster than time passes. Times on a monotonic clock in milliseconds.
 */
export class Unplayed {
  /** When all that was sent will have been heard. */
  #until: number | undefined;

  sent(durationMs: number, now: number): void {
    this.#until = Math.max(this.#until ?? now + startMs, now) + durationMs;
  }

  ms(now: number): number {
    return Math.max(0, (this.#until ?? now) - now);
  }
}
