import type { Priority } from '../../protocol/speech.ts';
import { priorities } from '../../protocol/speech.ts';

/**
 * What waits for a free slot: urgent before normal before idle, first come first served within each. `capacity` holds for each
 * priority by itself, so that a pile of idle lines never keeps an urgent one out.
 */
export class SegmentQueue<Item> {
  readonly #capacity: number;
  readonly #waiting: Record<Priority, Item[]> = { urgent: [], normal: [], idle: [] };

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return priorities.reduce((sum, priority) => sum + this.#waiting[priority].length, 0);
  }

  /** How many more of this priority should be asked for. */
  room(priority: Priority): number {
    return Math.max(0, this.#capacity - this.#waiting[priority].length);
  }

  /**
   * Adds one. More than the room is taken too: after a reconnection the bus may hand out more than was asked for, and what it has
   * handed out is better kept here than forgotten.
   */
  push(priority: Priority, item: Item): void {
    this.#waiting[priority].push(item);
  }

  /** The next one, or undefined when nothing waits. */
  take(): Item | undefined {
    for (const priority of priorities) {
      const item = this.#waiting[priority].shift();
      if (item !== undefined) return item;
    }
    return undefined;
  }
}
