/** Ids of messages that were seen, the oldest forgotten first: by age, and by number beyond `maxIds`. */
export class MessageIds {
  readonly #seenAt = new Map<string, number>();
  /** No id is too old before. */
  #forgetAt = 0;
  readonly #maxIds: number;
  readonly #maxAgeMs: number;

  /**
   * A room replays up to 15 messages, or some 14 s, when one connects again; the busiest recorded room had 93 a second, so that the
   * defaults reach far beyond a replay.
   */
  constructor({ maxIds = 10_000, maxAgeMs = 600_000 } = {}) {
    this.#maxIds = maxIds;
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#seenAt.size;
  }

  /** True when the id is new; a repeat does not make it younger. */
  add(id: string, now: number): boolean {
    if (now >= this.#forgetAt) this.#forget(now);
    if (this.#seenAt.has(id)) return false;
    if (this.#seenAt.size === 0) this.#forgetAt = now + this.#maxAgeMs;
    this.#seenAt.set(id, now);
    if (this.#seenAt.size > this.#maxIds) this.#forgetOldest();
    return true;
  }

  #forget(now: number): void {
    for (const [id, seenAt] of this.#seenAt) {
      this.#forgetAt = seenAt + this.#maxAgeMs;
      if (now < this.#forgetAt) return;
      this.#seenAt.delete(id);
    }
  }

  #forgetOldest(): void {
    for (const id of this.#seenAt.keys()) {
      this.#seenAt.delete(id);
      return;
    }
  }
}
