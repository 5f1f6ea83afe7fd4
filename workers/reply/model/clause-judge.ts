import { AnswerGuard } from '../shop/answer-guard.ts';
import { secretsOf } from './chat-request.ts';
import type { ModelConfig } from '../../../protocol/reply/model-config.ts';

/** So much of the instructions in a row is no chance. */
const leakLength = 10;
/** Short clauses have no language. */
const leastLetters = 5;

const marks = /viewer_message|system prompt|系统提示|提示词|我的(?:规则|设定|指令)是|以下是(?:规则|资料)/iu;

/** Of programs, calls of tools and labels of parts: not speech. */
const notation =
  /[{}<>]|["']\s*:\s*["'[\d]|【|\b(?:tool_calls?|function|arguments|print|return|null|undefined)\b/iu;

/** Decides whether a clause of a model may be said: whatever it was tricked into ends here. */
export class ClauseJudge {
  readonly #guard: AnswerGuard;
  readonly #leaks: Set<string>;
  readonly #leastHan: number;

  constructor(config: Pick<ModelConfig, 'persona' | 'rules' | 'leastHan'>, facts: readonly string[]) {
    this.#guard = new AnswerGuard(facts);
    this.#leaks = piecesOf(secretsOf(config).join('\n'));
    for (const piece of piecesOf(facts.join('\n'))) this.#leaks.delete(piece);
    this.#leastHan = config.leastHan;
  }

  /** Why it must not be said; undefined: it may. */
  object(clause: string): string | undefined {
    const objection = this.#guard.object(clause);
    if (objection) return `${objection.kind} that is no fact: ${objection.what}`;
    const written = notation.exec(clause)?.[0];
    if (written !== undefined) return `it is no speech: ${written}`;
    if (marks.test(clause)) return 'it speaks of its instructions';
    for (const piece of piecesOf(clause))
      if (this.#leaks.has(piece)) return `it tells its instructions: ${piece}`;
    const letters = clause.match(/\p{L}/gu)?.length ?? 0;
    const han = clause.match(/\p{Script=Han}/gu)?.length ?? 0;
    if (letters >= leastLetters && han < letters * this.#leastHan) return 'it is not Chinese';
    return undefined;
  }
}

function piecesOf(text: string): Set<string> {
  const letters = Array.from(text.normalize('NFKC').toLowerCase()).filter((character) =>
    /[\p{L}\p{N}]/u.test(character),
  );
  const count = Math.max(0, letters.length - leakLength + 1);
  return new Set(Array.from({ length: count }, (_, at) => letters.slice(at, at + leakLength).join('')));
}
