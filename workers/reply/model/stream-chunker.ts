import { SentenceChunker } from '../../sentence-chunker.ts';

const hardMark = /[。！？!?；;\n]["'”’）)]*\s*$/u;
const softMark = /[，、,:：—…]\s*$/u;
const orphan = /^[\s。！？!?；;，、,:：—…”’）)】」]+/u;

/**
 * Clauses of a text that comes token by token: the first as soon as its mark is there, without waiting for what follows it; later ones at the ends of
 * sentences, or at clauses when they are long.
 */
export class StreamChunker {
  readonly #chunker = new SentenceChunker({ stallMs: 0 });
  #isFirst = true;
  /** A mark was taken for the last of a run: more of them are left out. */
  #isCut = false;

  push(text: string): string[] {
    const fresh = this.#isCut ? text.replace(orphan, '') : text;
    if (fresh === '') return [];
    this.#isCut = false;
    const clauses = this.#chunker.push(fresh, 0);
    if (hardMark.test(fresh) || (this.#isFirst && clauses.length === 0 && softMark.test(fresh))) {
      const stalled = this.#chunker.stalled(0);
      this.#isCut = stalled.length > 0;
      clauses.push(...stalled);
    }
    return this.#clean(clauses);
  }

  flush(): string[] {
    return this.#clean(this.#chunker.flush());
  }

  #clean(clauses: string[]): string[] {
    const good = clauses
      .map((clause) => clause.trim().replaceAll(/\s*\n\s*/gu, '，'))
      .filter((clause) => /[\p{L}\p{N}]/u.test(clause));
    if (good.length > 0) this.#isFirst = false;
    return good;
  }
}

/** Whether a clause ends a sentence. */
export function endsSentence(clause: string): boolean {
  return hardMark.test(clause) || /[.～~]$/u.test(clause);
}
