/**
 * Memory that is used again by the next call of whoever owns it: half a megabyte per sound would otherwise keep the collector busier than
 * the sound does. A judgement is synchronous and a thread does one at a time, so nobody sees another's numbers.
 */
export class Scratch {
  #memory = new Float32Array(0);

  /** So many numbers, whatever they are. */
  take(count: number): Float32Array {
    if (this.#memory.length < count) this.#memory = new Float32Array(Math.ceil(count * 1.25));
    return this.#memory.subarray(0, count);
  }
}
