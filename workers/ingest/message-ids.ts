/** Ids of messages that were seen, the oldest forgotten first: by age, and by number beyond `maxIds`. */
export class MessageIds {
  readonly #seenAt = new Map<string, number>();
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
    this.#forget(now);
    if (this.#seenAt.has(id)) return false;
    this.#seenAt.set(id, now);
    if (this.#seenAt.size > this.#maxIds) this.#forgetOldest();
    return true;
  }

  #forget(now: number): void {
    for (const [id, seenAt] of this.#seenAt) {
      if (now - seenAt < this.#maxAgeMs) return;
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
