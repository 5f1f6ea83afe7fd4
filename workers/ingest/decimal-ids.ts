import type { RememberedIds } from './message-ids.ts';

/** Digits of the lower part: 10^9 fits in 32 bits. */
const lowDigits = 9;
/** Digits of both: the upper part stays a whole number that a double holds exactly. */
const mostDigits = lowDigits + 15;
const smallest = 64;

/**
 * Decimal numbers of up to 24 digits, in the order in which they came, the oldest leaving first. Platforms number their messages with 64
 * bits; as text in a Set and a list one takes some hundred bytes, here 20 and its share of the index, which matters for a hundred rooms of
 * 20,000 each. Exact: no two numbers are taken for one.
 */
export class DecimalIds implements RememberedIds {
  readonly #maxIds: number;
  #size = 0;
  #oldest = 0;
  #high = new Float64Array(0);
  #low = new Uint32Array(0);
  #addedAt = new Float64Array(0);
  /** Open addressing with linear probing: 1 + a place in the ring, 0 for none. A power of two, at most two thirds full. */
  #index = new Uint32Array(1);
  /** Who numbers messages cannot know which of them share a place in the index. */
  readonly #salt = Math.trunc(Math.random() * 4_294_967_296);

  constructor(maxIds: number) {
    this.#maxIds = maxIds;
  }

  get size(): number {
    return this.#size;
  }

  /** When the oldest was added; Infinity without any. */
  get oldestAddedAt(): number {
    return this.#size === 0 ? Infinity : (this.#addedAt[this.#oldest] as number);
  }

  /** Whether `id` is held here at all: digits without a leading zero. */
  static fits(id: string): boolean {
    if (id.length === 0 || id.length > mostDigits || id.charCodeAt(0) === 48) return false;
    for (let at = 0; at < id.length; at++) {
      const code = id.charCodeAt(at);
      if (code < 48 || code > 57) return false;
    }
    return true;
  }

  /** True when the id, which has to fit, is new: the oldest makes room for it when there are as many as may be. */
  add(id: string, now: number): boolean {
    const split = Math.max(0, id.length - lowDigits);
    const high = digits(id, 0, split);
    const low = digits(id, split, id.length);
    if (this.#find(high, low) >= 0) return false;
    if (this.#size === this.#maxIds) this.forgetOldest();
    if (this.#size === this.#high.length) this.#grow();
    this.#put((this.#oldest + this.#size) % this.#high.length, high, low, now);
    return true;
  }

  addOldest(id: string, now: number): boolean {
    const split = Math.max(0, id.length - lowDigits);
    const high = digits(id, 0, split);
    const low = digits(id, split, id.length);
    if (this.#find(high, low) >= 0) return true;
    if (this.#size === this.#maxIds) return false;
    if (this.#size === this.#high.length) this.#grow();
    this.#oldest = (this.#oldest || this.#high.length) - 1;
    this.#put(this.#oldest, high, low, now);
    return true;
  }

  forgetOldest(): void {
    if (this.#size === 0) return;
    const place = this.#oldest;
    let hole = this.#find(this.#high[place] as number, this.#low[place] as number);
    // What follows moves up, unless it would come before its home.
    for (let at = this.#next(hole); this.#index[at] !== 0; at = this.#next(at)) {
      const other = (this.#index[at] as number) - 1;
      const home = this.#home(this.#high[other] as number, this.#low[other] as number);
      if (this.#distance(home, at) < this.#distance(hole, at)) continue;
      this.#index[hole] = other + 1;
      hole = at;
    }
    this.#index[hole] = 0;
    this.#oldest = (place + 1) % this.#high.length;
    this.#size -= 1;
  }

  #put(place: number, high: number, low: number, now: number): void {
    this.#index[this.#free(high, low)] = place + 1;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#addedAt[place] = now;
    this.#size += 1;
  }

  /** The bucket of a number, or -1. */
  #find(high: number, low: number): number {
    for (let bucket = this.#home(high, low); ; bucket = this.#next(bucket)) {
      const place = (this.#index[bucket] as number) - 1;
      if (place < 0) return -1;
      if (this.#low[place] === low && this.#high[place] === high) return bucket;
    }
  }

  #free(high: number, low: number): number {
    let bucket = this.#home(high, low);
    while (this.#index[bucket] !== 0) bucket = this.#next(bucket);
    return bucket;
  }

  #home(high: number, low: number): number {
    const folded = (high % 4_294_967_296) ^ Math.trunc(high / 4_294_967_296) ^ this.#salt;
    const upper = Math.imul(folded, 0x9e3779b1);
    const mixed = Math.imul(low ^ upper ^ (upper >>> 15), 0x85ebca6b);
    return (mixed ^ (mixed >>> 13)) & (this.#index.length - 1);
  }

  #next(bucket: number): number {
    return (bucket + 1) & (this.#index.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#index.length - 1);
  }

  #grow(): void {
    const [high, low, addedAt, oldest] = [this.#high, this.#low, this.#addedAt, this.#oldest];
    const capacity = Math.min(this.#maxIds, Math.max(smallest, 2 * high.length));
    this.#high = new Float64Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#addedAt = new Float64Array(capacity);
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(1.5 * capacity)));
    this.#oldest = 0;
    for (let at = 0; at < this.#size; at++) {
      const from = (oldest + at) % high.length;
      this.#high[at] = high[from] as number;
      this.#low[at] = low[from] as number;
      this.#addedAt[at] = addedAt[from] as number;
      this.#index[this.#free(this.#high[at] as number, this.#low[at] as number)] = at + 1;
    }
  }
}

function digits(id: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + (id.charCodeAt(at) - 48);
  return value;
}
