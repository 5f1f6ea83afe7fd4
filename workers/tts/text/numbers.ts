import { begin, end, measure, number } from './fragments.ts';
import { sayCount, sayDigits, sayInteger, sayModel, sayNumber, sayOrdinal } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

/** Before all others that read numbers: afterwards none is so long that a pattern could be slow. */
export const longNumbers: Rule[] = [
  {
    id: 'thousands-separators',
    pattern: /(?<![\d.,])\d{1,3}(?:,\d{3}){1,3}(?!\d|,\d)/gu,
    say: (found) => found.replaceAll(',', ''),
  },
  {
    id: 'many-decimals',
    pattern: /(?<!\d)(\d{1,12})\.(\d{7,})/gu,
    say: (_, whole, decimals) => `${sayInteger(whole)}点${sayDigits(decimals)}`,
  },
  { id: 'very-long', pattern: /\d{13,}/gu, say: sayDigits },
];

/** Numbers with a word that says how to read them. */
export const countedNumbers: Rule[] = [
  { id: 'ordinal', pattern: /第 ?(\d{1,12})(?!\d)/gu, say: (_, which) => `第${sayOrdinal(which)}` },
  {
    id: 'number-sign',
    pattern: /(?<![A-Za-z])(?:NO|No|no)\.? ?(\d{1,6})(?![\d.])/gu,
    say: (_, which) => `第${sayOrdinal(which)}`,
  },
  {
    id: 'height',
    pattern: /(?<![\d.])([12])米(\d{2})(?![\d.]|[个件块元])/gu,
    say: (_, metres, rest) => `${sayCount(metres)}米${sayDigits(rest)}`,
  },
  {
    id: 'door-or-line',
    pattern: /(?<![\d.])(\d{3,4})(?=室|房|路|航班|次列车|次高铁)/gu,
    say: (which) => sayDigits(which).replaceAll('一', '幺'),
  },
  {
    id: 'count',
    pattern: pattern`${begin}(${number})${end} ?(?=${measure})`,
    say: (_, count) => sayCount(count),
  },
];

/** All that is left. */
export const plainNumbers: Rule[] = [
  { id: 'dotted', pattern: /(?<![\d.])\d{1,4}(?:\.\d{1,4}){2,6}(?![\d.])/gu, say: sayModel },
  { id: 'leading-zero', pattern: /(?<![\d.])0\d{1,11}(?![\d.])/gu, say: sayDigits },
  {
    // Round ones are amounts, others are the numbers of something.
    id: 'identifier',
    pattern: /(?<![\d.])(?!\d{1,8}0000(?!\d))\d{8,12}(?![\d.])/gu,
    say: sayDigits,
  },
  { id: 'decimal', pattern: /(?<![\d.])\d{1,12}\.\d{1,6}(?!\d|\.\d)/gu, say: sayNumber },
  { id: 'integer', pattern: /(?<!\d)\d{1,12}(?!\d)/gu, say: sayInteger },
];
