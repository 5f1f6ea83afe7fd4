/**
 * How much of what was sent to a device cannot have been heard yet: a program that plays takes sound into its own buffers, and those of
 * servers and devices behind it, but it plays no faster than time passes. Times on a monotonic clock in milliseconds.
 */
export class Unplayed {
  /** When all that was sent will have been heard. */
  #until = 0;

  sent(durationMs: number, now: number): void {
    this.#until = Math.max(this.#until, now) + durationMs;
  }

  ms(now: number): number {
    return Math.max(0, this.#until - now);
  }
}
