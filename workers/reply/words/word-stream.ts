import { applyFindings } from './apply-findings.ts';
import type { Finding } from './word-entry.ts';
import type { WordFilter } from './word-filter.ts';

/** More than any word or number; what is longer is let go in part. */
const maxHeld = 200;
/** So much of what was let go is looked at again: a phrase may make harmless what follows, and a word must not lean on what precedes. */
const context = 24;

export interface Released {
  /** What may be said now. */
  text: string;
  findings: Finding[];
  /** A word that blocks: nothing more of this text may be said. */
  blockedBy: Finding | undefined;
}

/** A text that comes in pieces: lets go of what cannot be the beginning of a word that must not be said, and not before. */
export class WordStream {
  readonly #filter: WordFilter;
  /** The end of what was let go, as it came, and what is held back. */
  #before = '';
  #held = '';
  #blockedBy: Finding | undefined;

  constructor(filter: WordFilter) {
    this.#filter = filter;
  }

  push(text: string): Released {
    this.#held += text;
    return this.#release(false);
  }

  /** The text is at its end. */
  flush(): Released {
    return this.#release(true);
  }

  #release(ended: boolean): Released {
    if (this.#blockedBy || this.#held === '') return { text: '', findings: [], blockedBy: this.#blockedBy };
    const whole = this.#before + this.#held;
    const offset = this.#before.length;
    const findings = this.#filter.find(whole).filter(({ end }) => end > offset);
    let until = ended ? whole.length : Math.max(offset, this.#filter.pendingFrom(whole));
    if (whole.length - until > maxHeld) until = whole.length - maxHeld;
    // Half a character is none, and a word is let go as a whole.
    if (!ended && /[\ud800-\udbff]$/.test(whole.slice(0, until))) until -= 1;
    for (const { start, end } of findings) if (start < until && end > until) until = Math.max(offset, start);
    const passed = findings.filter(({ end }) => end <= until);
    const blocking = passed.find(({ category }) => category === 'block');
    if (blocking) {
      this.#blockedBy = blocking;
      const start = Math.max(offset, blocking.start);
      const good = passed.filter(({ end }) => end <= start);
      const text = applyFindings(whole.slice(offset, start), shift(good, offset));
      this.#held = '';
      return { text, findings: passed, blockedBy: blocking };
    }
    const text = applyFindings(whole.slice(offset, until), shift(passed, offset));
    this.#before = whole.slice(Math.max(0, until - context), until);
    this.#held = whole.slice(until);
    return { text, findings: passed, blockedBy: undefined };
  }
}

const shift = (findings: readonly Finding[], by: number): Finding[] =>
  findings.map((finding) => ({
    ...finding,
    start: Math.max(0, finding.start - by),
    end: finding.end - by,
  }));
