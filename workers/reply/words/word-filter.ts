import { Automaton, root } from './automaton.ts';
import { findContactForms, pendingForm } from './contact-forms.ts';
import type { FoldedText } from './folded-text.ts';
import { foldText } from './folded-text.ts';
import type { Sounds } from './sounds.ts';
import type { Finding, WordEntry } from './word-entry.ts';
import { applyFindings, settleFindings } from './apply-findings.ts';
import { WordStream } from './word-stream.ts';

export interface WordFilterOptions {
  entries: readonly WordEntry[];
  /** Telephone numbers and links are found as well. */
  contactForms: boolean;
  maxGap: number;
  /** How characters sound, when an entry asks for homophones. */
  sounds: Sounds | undefined;
}

export interface CheckedText {
  /** What may be said; '' when it is blocked. */
  text: string;
  isBlocked: boolean;
  findings: Finding[];
}

interface Raw {
  entry: WordEntry;
  start: number;
  end: number;
}

/** Finds words that must not be said, however they are written. Pure; 20,000 words cost no more than a few. */
export class WordFilter {
  readonly #options: WordFilterOptions;
  readonly #written: Scanner;
  readonly #spoken: Scanner | undefined;

  constructor(options: WordFilterOptions) {
    const { entries, maxGap, sounds } = options;
    this.#options = options;
    const pinyin = sounds
      ? entries.flatMap((entry) => {
          const word = entry.homophones ? sounds.write(entry.word) : '';
          return word === '' ? [] : [{ ...entry, pattern: word }];
        })
      : [];
    this.#written = new Scanner(
      [...entries.map((entry) => ({ ...entry, pattern: patternOf(entry.word) })), ...pinyin],
      maxGap,
    );
    const heard = entries.filter(({ homophones, word }) => homophones && Array.from(word).length > 1);
    this.#spoken =
      sounds && heard.length > 0
        ? new Scanner(
            heard.map((entry) => ({ ...entry, pattern: sounds.encode(patternOf(entry.word)) })),
            maxGap,
          )
        : undefined;
  }

  /** A whole text: a viewer's, a nickname, a line of a script. */
  check(text: string): CheckedText {
    const findings = this.find(text);
    const isBlocked = findings.some(({ category }) => category === 'block');
    return { text: isBlocked ? '' : applyFindings(text, findings), isBlocked, findings };
  }

  /** What must not be said of a text, in its order; of those that overlap the worst, then the longest. */
  find(text: string): Finding[] {
    const { contactForms } = this.#options;
    const folded = foldText(text);
    const raw = this.#scan(folded, text.length).found;
    return settleFindings(
      raw.map(({ entry, start, end }) => ({ ...entry, start, end })),
      contactForms ? findContactForms(text, folded) : [],
    );
  }

  /** From which UTF-16 unit on a text may be the beginning of something that must not be said, if more of it follows. */
  pendingFrom(text: string): number {
    const { contactForms } = this.#options;
    const form = contactForms ? text.length - pendingForm(text) : text.length;
    return Math.min(form, this.#scan(foldText(text), text.length).pendingFrom);
  }

  /** For a text that comes in pieces. */
  stream(): WordStream {
    return new WordStream(this);
  }

  #scan(folded: FoldedText, textLength: number): { found: Raw[]; pendingFrom: number } {
    const { sounds } = this.#options;
    const written = this.#written.scan(folded, textLength);
    if (!this.#spoken || !sounds) return written;
    const codes = folded.codes.map((code, index) => (index < folded.length ? sounds.codeOf(code) : 0));
    const spoken = this.#spoken.scan({ ...folded, codes }, textLength);
    return {
      found: [...written.found, ...spoken.found],
      pendingFrom: Math.min(written.pendingFrom, spoken.pendingFrom),
    };
  }
}

/** Runs one automaton over folded texts. */
class Scanner {
  readonly #automaton: Automaton;
  readonly #entries: (WordEntry & { pattern: string })[];
  readonly #maxGap: number;

  constructor(entries: (WordEntry & { pattern: string })[], maxGap: number) {
    const usable = entries.filter(({ pattern }) => pattern !== '');
    this.#entries = usable;
    this.#automaton = new Automaton(usable.map(({ pattern }) => pattern));
    this.#maxGap = maxGap;
  }

  scan(folded: FoldedText, textLength: number): { found: Raw[]; pendingFrom: number } {
    const found: Raw[] = [];
    const automaton = this.#automaton;
    const { codes, gaps, starts, length } = folded;
    /** Of the codes that were not taken for a repetition, where they stand. */
    const kept = new Int32Array(length);
    let count = 0;
    let state = root;
    for (let at = 0; at < length; at++) {
      const code = codes[at] ?? 0;
      if ((gaps[at] ?? 0) > this.#maxGap) state = root;
      else if (state !== root && code === codes[at - 1] && !automaton.hasChild(state, code)) continue;
      state = automaton.step(state, code);
      kept[count++] = at;
      if (state === root || !automaton.hasOutput(state)) continue;
      automaton.outputs(state, (pattern, patternLength) => {
        const entry = this.#entries[pattern];
        const first = kept[count - patternLength] ?? 0;
        if (!entry || !standsAlone(folded, first, at)) return;
        found.push({ entry, start: starts[first] ?? 0, end: endOf(folded, at) });
      });
    }
    const depth = automaton.depth(state);
    return { found, pendingFrom: depth === 0 ? textLength : (starts[kept[count - depth] ?? 0] ?? 0) };
  }
}

/** What begins or ends with a Latin letter or a digit is not part of more of them: `vx` is none in `dvx`, `top1` none in `top10`. */
function standsAlone({ codes, gaps, length }: FoldedText, first: number, last: number): boolean {
  const before = kindOf(codes[first]);
  if (before !== '' && first > 0 && gaps[first] === 0 && kindOf(codes[first - 1]) === before) return false;
  const after = kindOf(codes[last]);
  let next = last + 1;
  while (after === 'letter' && next < length && gaps[next] === 0 && codes[next] === codes[last]) next += 1;
  return after === '' || next >= length || gaps[next] !== 0 || kindOf(codes[next]) !== after;
}

function kindOf(code = 0): 'letter' | 'digit' | '' {
  if (code >= 97 && code <= 122) return 'letter';
  return code >= 48 && code <= 57 ? 'digit' : '';
}

/** With the repetitions of its last character. */
function endOf({ codes, ends, gaps, length }: FoldedText, last: number): number {
  let end = last;
  while (end + 1 < length && codes[end + 1] === codes[last] && gaps[end + 1] === 0) end += 1;
  return ends[end] ?? 0;
}

function patternOf(word: string): string {
  const { codes, length } = foldText(word);
  return String.fromCharCode(...codes.subarray(0, length));
}
