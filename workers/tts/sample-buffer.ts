/** Samples of a sound that is still coming: grows by doubling, so that a million tiny pieces cost no more than one large one. */
export class SampleBuffer {
  #samples = new Int16Array(32_768);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(sample: number): void {
    this.#reserve(1);
    this.#samples[this.#length++] = sample;
  }

  /** Signed 16-bit little-endian, an even number of bytes. Every machine that this runs on is little-endian too. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength / 2);
    new Uint8Array(this.#samples.buffer).set(bytes, this.#length * 2);
    this.#length += bytes.byteLength / 2;
  }

  /** Samples of exactly 0 at the end. */
  trailingZeros(): number {
    let at = this.#length;
    while (at > 0 && this.#samples[at - 1] === 0) at -= 1;
    return this.#length - at;
  }

  /** All that came, in memory of its own. */
  copy(): Int16Array<ArrayBuffer> {
    return this.#samples.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#samples.length) return;
    const larger = new Int16Array(Math.max(needed, this.#samples.length * 2));
    larger.set(this.#samples.subarray(0, this.#length));
    this.#samples = larger;
  }
}
