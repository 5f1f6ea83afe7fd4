import type { FoundNumber } from './numbers-in.ts';
import { hanNumerals } from './han-value.ts';
import { numbersIn } from './numbers-in.ts';
import { isPromised, promises } from './promises.ts';

export interface Objection {
  kind: 'number' | 'promise';
  /** What was said that is not in the facts. */
  what: string;
}

const numeral = `(?:[\\d.]+|[${hanNumerals}]+(?:点[${hanNumerals}]+)?)`;
/** 满99, 减10: no price, though it may be the same number. */
const discounts = new RegExp(
  String.raw`(?:满|够|凑|减|省|便宜|优惠|抵|返)(?:了|够|您|你|掉|到)?\s*${numeral}\s*[元块]?`,
  'gu',
);

/**
 * Judges what a model says by the facts that it was given: whatever is a number or a promise has to stand in them. Numbers are compared by
 * value and by what they are of: 三十九块九 is 39.9元, but 99件 is no 99元.
 */
export class AnswerGuard {
  readonly #facts: string;
  readonly #numbers: FoundNumber[];
  /** Those that are not of a discount. */
  readonly #prices: FoundNumber[];

  constructor(facts: readonly string[]) {
    this.#facts = facts.join('\n');
    this.#numbers = facts.flatMap(numbersIn);
    this.#prices = facts.flatMap((fact) => numbersIn(withoutDiscounts(fact)));
  }

  /** The first thing of a text that the facts do not hold; undefined when it may be said. */
  object(text: string): Objection | undefined {
    const number =
      numbersIn(text).find((said) => !isAmong(this.#numbers, said)) ??
      numbersIn(withoutDiscounts(text)).find((said) => !isAmong(this.#prices, said));
    if (number) return { kind: 'number', what: number.written.trim() };
    for (const words of promises) {
      const said = words.find((word) => text.includes(word));
      if (said === undefined) continue;
      // 没有运费险 promises none.
      const promised = words.find((word) => isPromised(word, text));
      const isKnown = (word: string) =>
        promised === undefined ? this.#facts.includes(word) : isPromised(word, this.#facts);
      if (!words.some(isKnown)) return { kind: 'promise', what: promised ?? said };
    }
    return undefined;
  }
}

const withoutDiscounts = (text: string): string => text.normalize('NFKC').replaceAll(discounts, '、');

const isAmong = (numbers: readonly FoundNumber[], { value, kind }: FoundNumber): boolean =>
  numbers.some((known) => known.value === value && isOf(kind, known.kind));

/** A number of nothing may be of anything but a share. */
function isOf(said: FoundNumber['kind'], known: FoundNumber['kind']): boolean {
  if (said === known) return true;
  const isShare = [said, known].some((kind) => kind === 'fold' || kind === 'percent');
  return !isShare && (said === 'plain' || known === 'plain');
}
