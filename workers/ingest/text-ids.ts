import type { RememberedIds } from './message-ids.ts';

/** Ids that are no plain numbers. */
export class TextIds implements RememberedIds {
  readonly #known = new Set<string>();
  /** The same in their order, from `#oldest` on: a ring, as it costs a Map more and more to find the first of its keys. */
  readonly #ids: string[] = [];
  readonly #addedAt: number[] = [];
  #oldest = 0;
  /** Those that are older than all of these, the oldest last. */
  readonly #older: { id: string; addedAt: number }[] = [];
  readonly #maxIds: number;

  constructor(maxIds: number) {
    this.#maxIds = maxIds;
  }

  get size(): number {
    return this.#known.size;
  }

  get oldestAddedAt(): number {
    if (this.size === 0) return Infinity;
    return this.#older.at(-1)?.addedAt ?? (this.#addedAt[this.#oldest] as number);
  }

  add(id: string, now: number): boolean {
    if (this.#known.has(id)) return false;
    if (this.size === this.#maxIds) this.forgetOldest();
    const held = this.size - this.#older.length;
    if (held === 0) this.#oldest = 0;
    const at = (this.#oldest + held) % this.#maxIds;
    this.#ids[at] = id;
    this.#addedAt[at] = now;
    this.#known.add(id);
    return true;
  }

  addOldest(id: string, now: number): boolean {
    if (this.#known.has(id)) return true;
    if (this.size === this.#maxIds) return false;
    this.#older.push({ id, addedAt: now });
    this.#known.add(id);
    return true;
  }

  forgetOldest(): void {
    if (this.size === 0) return;
    const older = this.#older.pop();
    if (older) {
      this.#known.delete(older.id);
      return;
    }
    this.#known.delete(this.#ids[this.#oldest] as string);
    this.#ids[this.#oldest] = '';
    this.#oldest = (this.#oldest + 1) % this.#maxIds;
  }
}
