import type { WordFilter } from '../words/word-filter.ts';
import type { WordStream } from '../words/word-stream.ts';
import type { ClauseJudge } from './clause-judge.ts';
import { SpeechShaper } from './speech-shaper.ts';
import { StreamChunker, endsSentence } from './stream-chunker.ts';

export interface ClauseStreamOptions {
  words: WordFilter;
  judge: ClauseJudge;
  beginsThinking: boolean;
  maxCharacters: number;
}

/** So many clauses may come again, and are left out. */
const maxRepeated = 3;
/** Of what came at once so much is looked at, before the rest is not wanted any more. */
const stretch = 512;
/** Of what is no speech, and no thought. */
const longestRaw = 300_000;

export interface StreamVerdict {
  /** `open`: nothing is wrong. The others end the answer. */
  reason: 'open' | 'guarded' | 'shortened';
  detail: string;
}

/** What a model writes becomes clauses that may be said, one after the other; pure. */
export class ClauseStream {
  readonly #judge: ClauseJudge;
  readonly #maxCharacters: number;
  readonly #shaper: SpeechShaper;
  readonly #words: WordStream;
  readonly #chunker = new StreamChunker();
  #ready: string[] = [];
  readonly #seen = new Set<string>();
  #repeated = 0;
  #characters = 0;
  #raw = 0;
  verdict: StreamVerdict = { reason: 'open', detail: '' };

  constructor({ words, judge, beginsThinking, maxCharacters }: ClauseStreamOptions) {
    this.#judge = judge;
    this.#maxCharacters = maxCharacters;
    this.#shaper = new SpeechShaper({ beginsThinking });
    this.#words = words.stream();
  }

  push(text: string): void {
    for (let at = 0; at < text.length && this.verdict.reason === 'open'; at += stretch)
      this.#release(this.#words.push(this.#shaper.push(text.slice(at, at + stretch))));
    this.#raw += text.length;
    if (this.#raw > longestRaw && this.verdict.reason === 'open')
      this.verdict = { reason: 'shortened', detail: 'it has no end' };
  }

  /** The answer is over. `length`, or '' for nobody knows: maybe in the middle of a sentence, whose beginning is then left out. */
  end(finish: string): void {
    if (this.verdict.reason !== 'open') return;
    this.#release(this.#words.push(this.#shaper.flush()));
    if (this.verdict.reason === 'open') this.#release(this.#words.flush());
    if (this.verdict.reason !== 'open') return;
    const rest = this.#chunker.flush();
    const isCut = finish === 'length' || finish === '';
    const whole = rest.slice(0, rest.findLastIndex(endsSentence) + 1);
    this.#add(isCut ? whole : ended(rest));
    if ((finish === 'length' || (isCut && whole.length < rest.length)) && this.verdict.reason === 'open')
      this.verdict = { reason: 'shortened', detail: 'the server cut it' };
  }

  /** The clauses that are ready; each is given out once. */
  take(): string[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #release({ text, blockedBy }: ReturnType<WordStream['push']>): void {
    // Of a sentence with such a word nothing more is said: what is not out yet stays in.
    if (blockedBy) this.verdict = { reason: 'guarded', detail: `${blockedBy.list}: ${blockedBy.word}` };
    else this.#add(this.#chunker.push(text));
  }

  #add(clauses: string[]): void {
    for (const clause of clauses) {
      if (this.verdict.reason !== 'open') return;
      const key = clause.replaceAll(/[^\p{L}\p{N}]/gu, '');
      // Models that go round in circles.
      if (key.length > 3 && this.#seen.has(key)) {
        this.#repeated += 1;
        if (this.#repeated < maxRepeated) continue;
        this.verdict = { reason: 'shortened', detail: 'it goes round in circles' };
        return;
      }
      const objection = this.#judge.object(clause);
      if (objection !== undefined) {
        this.verdict = { reason: 'guarded', detail: objection };
        return;
      }
      if (this.#characters > 0 && this.#characters + clause.length > this.#maxCharacters) {
        this.verdict = { reason: 'shortened', detail: `longer than ${this.#maxCharacters} characters` };
        return;
      }
      this.#seen.add(key);
      this.#characters += clause.length;
      this.#ready.push(clause);
    }
  }
}

/** The last of the clauses with a mark that ends it. */
function ended(clauses: string[]): string[] {
  const last = clauses.at(-1);
  if (last === undefined || endsSentence(last)) return clauses;
  return [...clauses.slice(0, -1), `${last.replace(/[\s，、,:：—…]+$/u, '')}。`];
}
