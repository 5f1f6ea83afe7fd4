import type { Segment } from '../../protocol/speech.ts';
import type { Delivery } from '../delivery.ts';

type Held = Pick<Delivery<Segment>, 'seq' | 'message'>;

/** The bus gives a segment to somebody else after 6 s without a word. */
const sayWorkingEveryMs = 2_000;

/**
 * The segments that this worker has been given and not yet answered. As long as one is held, the bus is told so, and a second
 * delivery of it is not taken for another segment.
 */
export class HeldSegments implements Disposable {
  readonly #held = new Map<number, Held>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#sayWorking(), sayWorkingEveryMs);
  }

  get size(): number {
    return this.#held.size;
  }

  /** False when it is held already: the answer to the first delivery counts for both. */
  hold(delivery: Held): boolean {
    if (this.#held.has(delivery.seq)) return false;
    this.#held.set(delivery.seq, delivery);
    return true;
  }

  release({ seq }: Held): void {
    this.#held.delete(seq);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sayWorking(): void {
    for (const { message } of this.#held.values()) message.working();
  }
}
