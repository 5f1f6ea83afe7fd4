/**
 * Mints 19-digit ids: unix second (32 bits), millisecond (10), room (16), counter (6).
 *
 * Recorded message and room ids have the second in the same place. As the clock is part of it no id repeats over a
 * restart, although the content does repeat with the seed; and every id is past 2^53.
 */
export class Snowflake {
  readonly #node: bigint;
  #lastMs = 0;
  #count = 0;

  /** @param options.node 16 bits that tell rooms of one machine apart, such as the port. */
  constructor({ node }: { readonly node: number }) {
    this.#node = BigInt(node % 2 ** 16);
  }

  /** @param nowMs the wall clock; may stand still or step back, ids grow all the same. */
  next(nowMs: number): bigint {
    const ms = Math.max(Math.floor(nowMs), this.#lastMs);
    if (ms > this.#lastMs) this.#count = 0;
    else if (++this.#count === 64) this.#count = 0;
    // The 65th id of a millisecond takes the next one, rather than the place of another room.
    this.#lastMs = ms === this.#lastMs && this.#count === 0 ? ms + 1 : ms;
    const second = BigInt(Math.floor(this.#lastMs / 1000));
    const milli = BigInt(this.#lastMs % 1000);
    return (second << 32n) | (milli << 22n) | (this.#node << 6n) | BigInt(this.#count);
  }
}
