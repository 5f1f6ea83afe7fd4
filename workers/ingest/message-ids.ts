/** Ids of messages that were seen, the oldest forgotten first: by age, and by number beyond `maxIds`. */
export class MessageIds {
  readonly #known = new Set<string>();
  /** The same in their order, from `#oldest` on: a ring, as it costs a Map more and more to find the first of its keys. */
  readonly #ids: string[] = [];
  readonly #seenAt: number[] = [];
  #oldest = 0;
  readonly #maxIds: number;
  readonly #maxAgeMs: number;

  /**
   * A room replays up to 15 messages, or some 14 s, when one connects again; the busiest recorded room had 93 a second, so that the
   * defaults reach far beyond a replay.
   */
  constructor({ maxIds = 20_000, maxAgeMs = 600_000 } = {}) {
    this.#maxIds = maxIds;
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#known.size;
  }

  /** True when the id is new; a repeat does not make it younger. */
  add(id: string, now: number): boolean {
    while (this.size > 0 && now >= (this.#seenAt[this.#oldest] as number) + this.#maxAgeMs)
      this.#forgetOldest();
    if (this.#known.has(id)) return false;
    if (this.size === this.#maxIds) this.#forgetOldest();
    if (this.size === 0) this.#oldest = 0;
    const at = (this.#oldest + this.size) % this.#maxIds;
    this.#ids[at] = id;
    this.#seenAt[at] = now;
    this.#known.add(id);
    return true;
  }

  #forgetOldest(): void {
    this.#known.delete(this.#ids[this.#oldest] as string);
    this.#ids[this.#oldest] = '';
    this.#oldest = (this.#oldest + 1) % this.#maxIds;
  }
}
