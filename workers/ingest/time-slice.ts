import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one room may work before others get a turn: a late answer to a ping costs a connection. */
const sliceMs = 20;

/** Turns of the event loop for work that is long only when somebody means harm: `if (slice.isOver) await slice.next()`. */
export class TimeSlice {
  #endsAt = performance.now() + sliceMs;

  get isOver(): boolean {
    return performance.now() > this.#endsAt;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#endsAt = performance.now() + sliceMs;
  }
}
