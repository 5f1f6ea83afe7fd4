/** Viewers beyond this are forgotten, those who wrote longest ago first: a forgotten one may write as much as a new one. */
const maxViewers = 5_000;

export type BucketsState = [viewer: string, tokens: number, at: number][];

/** A token bucket per viewer: `burst` at once, then one every `everyMs`. Pure. */
export class ViewerBuckets {
  readonly #options: { burst: number; everyMs: number };
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(options: { burst: number; everyMs: number }) {
    this.#options = options;
  }

  /** Takes a token; false: there is none. */
  take(viewer: string, now: number): boolean {
    if (this.#options.everyMs === 0) return true;
    const tokens = this.#tokens(viewer, now);
    this.#buckets.delete(viewer);
    this.#buckets.set(viewer, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= maxViewers) break;
      this.#buckets.delete(oldest);
    }
    return tokens >= 1;
  }

  /** Those that are not full, at most `most` of them. */
  view(now: number, most: number): BucketsState {
    return [...this.#buckets]
      .filter(([viewer]) => this.#tokens(viewer, now) < this.#options.burst)
      .slice(-most)
      .map(([viewer, { tokens, at }]) => [viewer, tokens, at]);
  }

  restore(state: BucketsState): void {
    for (const [viewer, tokens, at] of state) this.#buckets.set(viewer, { tokens, at });
  }

  #tokens(viewer: string, now: number): number {
    const { burst, everyMs } = this.#options;
    const bucket = this.#buckets.get(viewer);
    if (!bucket) return burst;
    return Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / everyMs);
  }
}
