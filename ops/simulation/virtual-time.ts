interface Entry {
  at: number;
  /** What was asked for first comes first among those of one moment. */
  order: number;
  run: () => void;
}

/** Time that passes as fast as it can be computed: whatever was asked for happens in order, and nothing happens in between. */
export class VirtualTime {
  now = 0;
  #order = 0;
  /** A binary heap, soonest first. */
  readonly #entries: Entry[] = [];

  after(ms: number, run: () => void): void {
    const entry = { at: this.now + Math.max(0, ms), order: this.#order++, run };
    const entries = this.#entries;
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = entries[above];
      if (!parent || isSooner(parent, entry)) break;
      entries[index] = parent;
      index = above;
    }
    entries[index] = entry;
  }

  /** Lets everything happen until the condition is true or the moment has come; returns whether it is true. */
  runUntil(moment: number, condition: () => boolean): boolean {
    for (;;) {
      if (condition()) return true;
      const next = this.#entries[0];
      if (!next || next.at > moment) {
        this.now = Math.max(this.now, moment);
        return condition();
      }
      this.#removeFirst();
      this.now = next.at;
      next.run();
    }
  }

  #removeFirst(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (!last || entries.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      const [left, right] = [entries[below], entries[below + 1]];
      if (!left) break;
      let child = left;
      if (right && isSooner(right, left)) {
        child = right;
        below += 1;
      }
      if (isSooner(last, child)) break;
      entries[index] = child;
      index = below;
    }
    entries[index] = last;
  }
}

function isSooner(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
