/** So long after its last message a streak may still be heard of: after an outage, a room sends again what nobody acknowledged. */
export const streakTtlMs = 600_000;

/** A new streak that is no single gift hardly follows another within so long: what is less than the total by then overtook it on the way. */
const stragglerMs = 5_000;

/** Stands for the number of a streak where a source does not pass it on. */
export const untoldGroup = '?';

interface Streak {
  total: number;
  touchedAt: number;
  ended: boolean;
}

/** What a gift message says: `total` is the streak so far, `key` empty when the platform has no streak for it. */
export interface GiftMessage {
  key: string;
  total: number;
  end: boolean;
}

/**
 * Counts each gift of a streak once. Messages of a streak carry its running total; they skip values, come out of order, and the end
 * repeats the last of them or never comes. So only what lies above the highest total seen counts, and a streak is remembered beyond
 * its end, for stragglers and replays.
 *
 * A key that ends in `/0` has no streak number (some plain gifts): there, a message that does not raise the total begins anew. One that
 * ends in `/?` may be of a streak, whose number was not passed on: the same, but for what comes late.
 */
export class GiftStreaks {
  readonly #streaks = new Map<string, Streak>();
  /** No streak is too old before: those that are touched later go later. */
  #forgetAt = 0;
  readonly #maxStreaks: number;
  readonly #ttlMs: number;

  constructor({ maxStreaks = 5_000, ttlMs = streakTtlMs } = {}) {
    this.#maxStreaks = maxStreaks;
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#streaks.size;
  }

  /** How many gifts this message adds: 0 for a repeat, a straggler, or the copy that ends a streak. */
  count({ key, total, end }: GiftMessage, now: number): number {
    const cumulative = Math.max(total, 1);
    if (key === '') return cumulative;
    if (now >= this.#forgetAt) this.#forget(now);
    const known = this.#streaks.get(key);
    const message = { key, total: cumulative, end };
    const before = known && !beginsAnew(known, message, now) ? known.total : 0;
    // Taken out and put in again: the map stays in the order of the last touch.
    this.#streaks.delete(key);
    this.#streaks.set(key, {
      total: Math.max(before, cumulative),
      touchedAt: now,
      ended: end || (before > 0 && known?.ended === true),
    });
    if (this.#streaks.size > this.#maxStreaks) this.#forgetOldest();
    return Math.max(0, cumulative - before);
  }

  /** The total of a streak with so many more, for a message that tells only what it adds. */
  totalWith(key: string, added: number, now: number): number {
    if (now >= this.#forgetAt) this.#forget(now);
    return (this.#streaks.get(key)?.total ?? 0) + added;
  }

  #forget(now: number): void {
    for (const [key, { touchedAt }] of this.#streaks) {
      this.#forgetAt = touchedAt + this.#ttlMs;
      if (now < this.#forgetAt) return;
      this.#streaks.delete(key);
    }
  }

  #forgetOldest(): void {
    for (const key of this.#streaks.keys()) {
      this.#streaks.delete(key);
      return;
    }
  }
}

/** Unique in a room: the number of a streak is a second of time, so that two viewers can have the same. */
export const streakKey = (viewer: string, gift: string, group: string): string =>
  `${viewer}/${gift}/${group}`;

function beginsAnew(known: Streak, { key, total, end }: GiftMessage, now: number): boolean {
  const isUntold = key.endsWith(`/${untoldGroup}`);
  if (!isUntold && !key.endsWith('/0')) return false;
  if (end) return known.ended && total > known.total;
  if (known.ended) return true;
  const isStraggler = isUntold && total > 1 && now - known.touchedAt < stragglerMs;
  return isStraggler ? total === known.total : total <= known.total;
}
