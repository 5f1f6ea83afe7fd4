/** So long a promise is waited for. */
const rememberedMs = 10_000;
const most = 50;
/** Two of "one moment, please" close together sound like a machine. */
const apartMs = 4_000;

/** The answers that were promised, and whose first sound has not come. Pure: `now` in milliseconds of any clock. */
export class Promises {
  readonly #open = new Map<string, number>();
  readonly #arrived = new Set<string>();
  #spokenAt = -Infinity;

  add(utteranceId: string, now: number): void {
    if (this.#arrived.has(utteranceId) || this.#open.has(utteranceId)) return;
    this.#open.set(utteranceId, now);
    forgetOldest(this.#open);
  }

  /** A sound of it has come, or the word that there is none. */
  arrived(utteranceId: string): void {
    this.#open.delete(utteranceId);
    this.#arrived.add(utteranceId);
    forgetOldest(this.#arrived);
  }

  /** Somebody has waited for so long by now, and nothing was said about it. */
  isDue(now: number, afterMs: number): boolean {
    for (const [id, at] of this.#open) if (now - at >= rememberedMs) this.#open.delete(id);
    if (now - this.#spokenAt < apartMs) return false;
    return [...this.#open.values()].some((at) => now - at >= afterMs);
  }

  /** Something was said about all of them. */
  spoken(now: number): void {
    this.#spokenAt = now;
    for (const id of this.#open.keys()) this.arrived(id);
  }
}

function forgetOldest(keys: { size: number; keys(): Iterable<string>; delete(key: string): boolean }): void {
  for (const oldest of keys.keys()) {
    if (keys.size <= most) return;
    keys.delete(oldest);
  }
}
