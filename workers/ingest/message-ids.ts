import { DecimalIds } from './decimal-ids.ts';
import { TextIds } from './text-ids.ts';

/** Ids in the order in which they came, so many at the most. */
export interface RememberedIds {
  readonly size: number;
  /** When the oldest was added, as it was told; Infinity without any. */
  readonly oldestAddedAt: number;
  /** True when the id is new: the oldest makes room for it when there are as many as may be. */
  add(id: string, now: number): boolean;
  /** The id is older than all: it pushes nothing out. False when there is no room for it. */
  addOldest(id: string, now: number): boolean;
  forgetOldest(): void;
}

/** Ids of messages that were seen, the oldest forgotten first: by age, and by number beyond `maxIds` numbers and as many other ids. */
export class MessageIds {
  readonly #decimals: DecimalIds;
  readonly #texts: TextIds;
  readonly #maxAgeMs: number;

  /**
   * A room replays up to 15 messages, or some 14 s, when one connects again; the busiest recorded room had 93 a second, so that the
   * defaults reach far beyond a replay.
   */
  constructor({ maxIds = 20_000, maxAgeMs = 600_000 } = {}) {
    this.#decimals = new DecimalIds(maxIds);
    this.#texts = new TextIds(maxIds);
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#decimals.size + this.#texts.size;
  }

  /** True when the id is new; a repeat does not make it younger. */
  add(id: string, now: number): boolean {
    this.#forget(this.#decimals, now);
    this.#forget(this.#texts, now);
    return this.#of(id).add(id, now);
  }

  /** Takes in what came before all that is known: false when there is no room for it. */
  addOldest(id: string, now: number): boolean {
    return this.#of(id).addOldest(id, now);
  }

  #of(id: string): RememberedIds {
    return DecimalIds.fits(id) ? this.#decimals : this.#texts;
  }

  #forget(ids: RememberedIds, now: number): void {
    while (now >= ids.oldestAddedAt + this.#maxAgeMs) ids.forgetOldest();
  }
}
