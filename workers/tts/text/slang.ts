import { sayDigits } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { aloneWords, digitWords, letterWords, mixedWords } from './slang-words.ts';

const priceWords = '价要仅需卖减满共花买存剩还有过超近约才送领付给收省返';

/** Before names of models are read: letters and digits in one. */
export const mixedSlang: Rule[] = [
  { id: 'wifi', pattern: /(?<![A-Za-z])wi-fi(?![A-Za-z])/giu, say: 'WiFi' },
  {
    id: 'mixed-token',
    pattern: /(?<![A-Za-z\d.])(?:[a-z\d]{2,4}|\d错)(?![A-Za-z\d])/giu,
    say: (token) => lookUp(mixedWords, token),
  },
];

/** After all rules that know better what a number is. */
export const digitSlang: Rule[] = [
  {
    id: 'cheer',
    pattern: /(?<![\d.A-Za-z])(?:6{3,12}|2?33{1,11}(?<=\d{3}))(?![\d.A-Za-z])/gu,
    say: sayDigits,
  },
  {
    // What the room is asked to type.
    id: 'call',
    pattern:
      /(?<=(?:扣|刷|敲|公屏|[打发]个)(?:[打个上一波]{0,2}) ?)(\d)\1{1,11}(?![\d.A-Za-z%折元块分个件斤])/gu,
    say: sayDigits,
  },
  {
    id: 'digits-alone',
    pattern: /(?<=^ ?|[,。!?;~\n] ?)\d{2,5}(?= ?$| ?[,。!?;~\n])/gu,
    say: (token) => lookUp(aloneWords, token),
  },
  {
    id: 'digit-words',
    pattern: new RegExp(
      `(?<![\\d.A-Za-z${priceWords}¥$+\\-])(?<![${priceWords}]了)\\d{3,7}(?![\\d.A-Za-z%])`,
      'gu',
    ),
    say: (token) => lookUp(digitWords, token),
  },
];

/** Behind all digits. */
export const letterSlang: Rule[] = [
  {
    id: 'laughter',
    pattern: /(?<![\p{Script=Latin}\p{M}'])(?:[hH]{2,12}|(?:ha){2,6})(?![\p{Script=Latin}\p{M}'])/giu,
    say: (token) => (/^hh$/iu.test(token) ? '哈哈' : '哈哈哈'),
  },
  {
    id: 'letter-words',
    pattern: /(?<![\p{Script=Latin}\p{M}'])[A-Za-z]{2,6}(?![\p{Script=Latin}\p{M}'])/gu,
    say: (token) => lookUp(letterWords, token),
  },
];

function lookUp(words: Record<string, string>, token: string): string {
  const key = token.toLowerCase();
  return Object.hasOwn(words, key) ? (words[key] ?? token) : token;
}
