/** The last figures of a kind, so many at the most. */
export class Recent {
  readonly #most: number;
  #values: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.length;
  }

  get values(): readonly number[] {
    return this.#values;
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.#most) this.#values.shift();
  }

  /** The figure that `share` of them do not exceed (0.95: the p95); 0 when there are none. */
  quantile(share: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  }

  clear(): void {
    this.#values = [];
  }
}
