import type { Origin } from '../protocol/codec.ts';

const maxLeases = 1_000;

/**
 * Tells what comes from somebody who was replaced: epochs of a lease only grow along a stream, so that a lower one after a higher one
 * was sent by a process that did not know yet. For ordered reading only; a redelivery is out of order and says nothing.
 */
export class Fence {
  readonly #highest = new Map<string, number>();

  /** False: drop it. */
  admits({ lease, epoch }: Origin): boolean {
    if (lease === '') return true;
    const highest = this.#highest.get(lease) ?? 0;
    if (epoch < highest) return false;
    this.#highest.delete(lease);
    this.#highest.set(lease, epoch);
    for (const oldest of this.#highest.keys()) {
      if (this.#highest.size <= maxLeases) break;
      this.#highest.delete(oldest);
    }
    return true;
  }
}
