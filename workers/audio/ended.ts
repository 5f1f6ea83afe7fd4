/** Remembered although no chunk of theirs lies at or after the point of resumption: a late attempt at one may still arrive. */
const keptForLateChunks = 128;
const most = 2_048;

/**
 * The utterances that have ended, oldest first, with the sequence of the latest chunk of each. Those from the point of resumption
 * on are needed, so that a successor that reads their chunks again does not say them again.
 */
export class Ended {
  readonly #lastSeqs = new Map<string, number>();

  /** `ids` come from an earlier process, which knew that their chunks may lie at or after `resumeSeq`. */
  constructor(ids: string[], resumeSeq: number) {
    for (const id of ids) this.#lastSeqs.set(id, resumeSeq);
  }

  has(id: string): boolean {
    return this.#lastSeqs.has(id);
  }

  add(id: string, lastSeq: number): void {
    this.#lastSeqs.set(id, lastSeq);
  }

  touch(id: string, seq: number): void {
    this.#lastSeqs.set(id, Math.max(seq, this.#lastSeqs.get(id) ?? 0));
  }

  prune(resumeSeq: number): void {
    let surplus = this.#lastSeqs.size - keptForLateChunks;
    for (const [id, lastSeq] of this.#lastSeqs) {
      if (surplus <= 0) return;
      if (lastSeq >= resumeSeq && this.#lastSeqs.size <= most) continue;
      this.#lastSeqs.delete(id);
      surplus -= 1;
    }
  }

  ids(): string[] {
    return [...this.#lastSeqs.keys()];
  }
}
