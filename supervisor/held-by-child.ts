/** More than any worker may hold; beyond it the oldest simply wait for their ack wait. */
const maxPerChild = 10_000;

/** The bus messages that each child holds, by ack subject. */
export class HeldByChild {
  readonly #held = new Map<string, Set<string>>();

  note(child: string, { kind, acks }: { kind: 'took' | 'settled'; acks: string[] }): void {
    const held = this.#held.get(child) ?? new Set();
    this.#held.set(child, held);
    for (const ack of acks) {
      if (kind === 'took') held.add(ack);
      else held.delete(ack);
    }
    for (const oldest of held) {
      if (held.size <= maxPerChild) break;
      held.delete(oldest);
    }
  }

  /** What the child held; it holds nothing any more. */
  release(child: string): Set<string> {
    const held = this.#held.get(child) ?? new Set();
    this.#held.delete(child);
    return held;
  }
}
