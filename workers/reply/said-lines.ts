/** More lines than this are not remembered: a day of talk. */
const maxLines = 2_000;

/** When lines were said, by a short mark of their text. */
export class SaidLines {
  readonly #at = new Map<string, number>();

  add(text: string, at: number): void {
    const mark = markOf(text);
    this.#at.delete(mark);
    this.#at.set(mark, at);
    for (const oldest of this.#at.keys()) {
      if (this.#at.size <= maxLines) return;
      this.#at.delete(oldest);
    }
  }

  /** Unix milliseconds; -Infinity: never, as far as is known. */
  at(text: string): number {
    return this.#at.get(markOf(text)) ?? -Infinity;
  }

  /** Those that matter still, at most `most` of them. */
  view(since: number, most: number): [string, number][] {
    return [...this.#at].filter(([, at]) => at >= since).slice(-most);
  }

  restore(said: [string, number][]): void {
    for (const [mark, at] of said) if (at > (this.#at.get(mark) ?? -Infinity)) this.#at.set(mark, at);
  }
}

/** FNV-1a, 32 bits: a text that is taken for another costs one line once. */
function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(36);
}
