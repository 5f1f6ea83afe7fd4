import type { Atom } from './sentence-atoms.ts';
import { countGraphemes, readAtom } from './sentence-atoms.ts';

/**
 * In graphemes; `least` does not count spaces. GPT-SoVITS was not seen to swallow or repeat within 20 characters, and garbles a few alone.
 */
export const chunkSizes = { least: 6, target: 24, wait: 28, most: 40 };
/** An enumeration is the poorer end of a first clause. */
const listExtra = 2;

export interface ChunkerOptions {
  /** The first chunk may end with a clause from so many graphemes on; Infinity: only with a sentence. */
  firstFrom?: number;
  /** Nothing came for so long: what is complete is not held back any longer. */
  stallMs?: number;
}

interface Piece extends Atom {
  /** Graphemes from the beginning of the chunk to the end of this one, and those of them that are no spaces. */
  size: number;
  words: number;
}

/**
 * Cuts a text that arrives in pieces of any size into chunks that an engine speaks well: at the ends of sentences, the first one
 * as soon as there is a clause, long ones at clauses. The chunks together are the text, and do not depend on how it arrived, except
 * through `stalled`. All but the last have at least `chunkSizes.least` graphemes, and none more than `chunkSizes.most` before its final
 * marks.
 */
export class SentenceChunker {
  readonly #firstFrom: number;
  readonly #stallMs: number;
  /** Text that is not known to be complete atoms. */
  #rest = '';
  #pieces: Piece[] = [];
  #isFirst = true;
  #lastAt = 0;

  constructor({ firstFrom = chunkSizes.least, stallMs = 350 }: ChunkerOptions = {}) {
    this.#firstFrom = firstFrom;
    this.#stallMs = stallMs;
  }

  /** The chunks that are complete with it. `now` matters to `stalled` only. */
  push(text: string, now = 0): string[] {
    this.#rest += text;
    this.#lastAt = now;
    return this.#read(false);
  }

  /** All that is left; the next text is a new one. */
  flush(): string[] {
    const chunks = this.#read(true);
    const last = this.#take(this.#pieces.length);
    this.#isFirst = true;
    return last === '' ? chunks : [...chunks, last];
  }

  /** Once nothing has come for a while: what ends with a mark, even if more marks might follow it. */
  stalled(now: number): string[] {
    if (now - this.#lastAt < this.#stallMs) return [];
    const marks = readAtom(this.#rest, true);
    const chunks: string[] = [];
    if (marks && isEnd(marks) && marks.text === this.#rest) {
      this.#rest = '';
      chunks.push(...this.#add(marks));
    }
    const end = this.#pieces.findLastIndex(
      (piece) => isEnd(piece) && piece.words >= (piece.kind === 'hard' ? 2 : chunkSizes.least),
    );
    return end === -1 ? chunks : [...chunks, ...this.#cut(end + 1)];
  }

  #read(ended: boolean): string[] {
    const chunks: string[] = [];
    for (;;) {
      const atom = readAtom(this.#rest, ended);
      if (!atom) return chunks;
      this.#rest = this.#rest.slice(atom.text.length);
      chunks.push(...this.#add(atom));
    }
  }

  #add(atom: Atom): string[] {
    const before = this.#pieces.at(-1) ?? { size: 0, words: 0 };
    // A grapheme may be as long as anybody likes.
    const count = Math.max(countGraphemes(atom.text), Math.ceil(atom.text.length / 16));
    const words = before.words + countGraphemes(atom.text.replaceAll(/\s/gu, ''));
    this.#pieces.push({ ...atom, size: before.size + count, words });
    const end = this.#end();
    return end === 0 ? [] : this.#cut(end);
  }

  /** What is behind the chunk begins another, which may be complete as well. */
  #cut(end: number): string[] {
    const chunk = this.#take(end);
    const later = this.#pieces;
    this.#pieces = [];
    return [chunk, ...later.flatMap(({ kind, text }) => this.#add({ kind, text }))];
  }

  /** How many pieces are a chunk, now that the last one was added; 0: none yet. */
  #end(): number {
    const pieces = this.#pieces;
    const last = pieces.at(-1);
    if (!last) return 0;
    const { least, target, wait, most } = chunkSizes;
    if (last.kind === 'hard' && last.words >= least) return pieces.length;
    const firstFrom = this.#firstFrom + (last.text.startsWith('、') ? listExtra : 0);
    if (last.kind === 'soft' && this.#isFirst && last.words >= Math.max(least, firstFrom))
      return pieces.length;
    if (last.size <= wait) return 0;
    const isGood = (piece: Piece) => isEnd(piece) && piece.words >= least;
    const end = pieces.findLastIndex((piece) => isGood(piece) && piece.size <= target);
    const later = end === -1 ? pieces.findIndex(isGood) : end;
    if (later !== -1) return later + 1;
    if (last.size <= most || isEnd(last)) return 0;
    const space = pieces.findLastIndex(
      ({ kind, words, size }) => kind === 'space' && words >= least && size <= most,
    );
    return space === -1 ? pieces.length - 1 : space + 1;
  }

  #take(count: number): string {
    const taken = this.#pieces.slice(0, count);
    this.#pieces = this.#pieces.slice(count);
    if (taken.length > 0) this.#isFirst = false;
    return taken.map(({ text }) => text).join('');
  }
}

const isEnd = ({ kind }: Atom): boolean => kind === 'hard' || kind === 'soft';
