import { begin, measure, number, unitSign } from './fragments.ts';
import { sayCount, sayDigits, sayNumber, sayOrdinal } from './han-numbers.ts';
import type { Rule } from './rule.ts';
import { pattern } from './rule.ts';

const behindUnit = String.raw`(?<=\d(?:${unitSign}|[元块%个件斤天号日点岁度码寸折]))`;

/** Between two numbers with units of their own; before any of them is put into words. */
export const ranges: Rule[] = [
  {
    id: 'unit-range',
    pattern: pattern`${behindUnit} ?[-~至到—] ?(?=\d)`,
    say: '到',
  },
];

/** What is taken off a price, and what comes on top. */
export const offers: Rule[] = [
  {
    id: 'discount-range',
    pattern: /(?<![\d.])(\d(?:\.\d)?) ?[-~至到] ?(\d(?:\.\d)?) ?折/gu,
    say: (_, from, to) => `${sayNumber(from)}到${sayNumber(to)}折`,
  },
  {
    id: 'two-digit-discount',
    pattern: /(?<![\d.])([1-9]\d) ?折/gu,
    say: (_, discount) =>
      `${discount.endsWith('0') ? sayOrdinal(discount.slice(0, 1)) : sayDigits(discount)}折`,
  },
  {
    id: 'discount',
    pattern: /(?<![\d.])(\d(?:\.\d{1,2})?) ?折/gu,
    say: (_, discount) => `${sayNumber(discount)}折`,
  },
  {
    id: 'when-spending',
    pattern: pattern`满 ?(${number})(?:元|块)?([减送立返打享]) ?(?=[\d\p{Script=Han}])`,
    say: (_, amount, what) => `满${sayNumber(amount)}${what}`,
  },
  {
    id: 'buy-and-get',
    pattern: /(?<=[买拍下送发赠加]) ?(\d{1,4}) ?(?=[送发得赠加免享])/gu,
    say: (_, count) => sayOrdinal(count),
  },
];

/** Numbers that stand in a relation: parts, ranges, proportions, products. */
export const relations: Rule[] = [
  {
    id: 'compared',
    pattern: /(?<=^|[\s,(:])([<>])(=?)(?= ?\d)/gu,
    say: (_, sign, equal) => `${sign === '<' ? '小于' : '大于'}${equal && '等于'}`,
  },
  {
    id: 'percent-range',
    pattern: pattern`${begin}(${number})%? ?[-~至到] ?(${number}) ?%`,
    say: (_, from, to) => `百分之${sayPercent(from)}到百分之${sayPercent(to)}`,
  },
  {
    id: 'change',
    pattern: pattern`(?<=同比|环比|增长|增速|下降|涨幅|跌幅|收益率?|利润率?)-(?=${number}[%‰])`,
    say: '负',
  },
  { id: 'minus-percent', pattern: pattern`(?<![\d\p{L}%)\]])-(?=${number}[%‰])`, say: '负' },
  { id: 'percent', pattern: pattern`(${number}) ?%`, say: (_, part) => `百分之${sayPercent(part)}` },
  { id: 'per-mille', pattern: pattern`(${number}) ?‰`, say: (_, part) => `千分之${sayNumber(part)}` },
  {
    id: 'equation-minus',
    pattern: pattern`(?<=\d) ?- ?(?=${number} ?=)`,
    say: '减',
  },
  {
    id: 'range-to-minus',
    pattern: pattern`(?<![\d.A-Za-z\-])(-?)(${number}) ?(?:°C|°|度)? ?[~至到] ?-(?=${number} ?(?:°|度))`,
    say: (_, minus, from) => `${minus && '负'}${sayNumber(from)}到负`,
  },
  {
    id: 'measure-range',
    pattern: pattern`(?<![\d.A-Za-z\-])(-?)(${number}) ?[-~至到] ?(?=${number} ?(?:${unitSign}(?![A-Za-z])|${measure}|[码寸度楼级]))`,
    say: (_, minus, from) => `${minus && '负'}${sayCount(from)}到`,
  },
  {
    id: 'tilde-range',
    pattern: pattern`(?<=\d) ?~ ?(?=\d)`,
    say: '到',
  },
  {
    id: 'dash-range',
    pattern: pattern`(?<![\d.A-Za-z\-])(?!0\d)(\d{1,4}(?:\.\d{1,2})?)-(\d{1,4}(?:\.\d{1,2})?)(?![\d\-A-Za-z]|\.\d)`,
    say: (_, from, to) => `${sayNumber(from)}${Number(from) < Number(to) ? '到' : '减'}${sayNumber(to)}`,
  },
  {
    id: 'ratio',
    pattern: pattern`(?<![\d:.])(?:\d{1,4}(?:\.\d{1,2})?)(?::\d{1,4}(?:\.\d{1,2})?){1,3}(?![\d:])`,
    say: (found) => found.split(':').map(sayNumber).join('比'),
  },
  {
    id: 'alternatives',
    pattern:
      /(?<![\d.])\d{1,4}(?:\.\d{1,2})?(?:\/\d{1,4}(?:\.\d{1,2})?){1,6}(?= ?(?:[码寸克斤元块件个支片色]|ml|g|kg|cm|mm|GB|G(?![a-z])))/gu,
    say: (found) => found.replaceAll('/', '、'),
  },
  {
    id: 'fraction',
    pattern: /(?<![\d./])(\d{1,3})[/⁄](\d{1,3})(?![\d./])/gu,
    say: (_, part, whole) =>
      Number(part) < Number(whole)
        ? `${sayOrdinal(whole)}分之${sayOrdinal(part)}`
        : `${sayOrdinal(part)}比${sayOrdinal(whole)}`,
  },
  { id: 'times', pattern: pattern`(?<=\d|\d${unitSign})(?: ?(?:[x×✕✖]|\*{1,2}) ?|X| X )(?=\d)`, say: '乘' },
  {
    id: 'so-many',
    pattern: /(?<=^|[\p{Script=Han} ,)])(?<!(?:[A-Za-z]|宝马|荣耀|捷途) ?(?=x))[x×*✕✖] ?(?=\d)/gu,
    say: '乘',
  },
  {
    // Degrees of lenses.
    id: 'lens',
    pattern: /(?<=度数|近视|散光|球镜|柱镜|左眼|右眼)[ :]?-(?=\d)/gu,
    say: '负',
  },
  {
    id: 'minus',
    pattern: /(?<=^|[\s,(:=<>≤≥~零下温度是为到])-(?=\d)/gu,
    say: '负',
  },
];

const sayPercent = (part: string): string => (part === '100' ? '百' : sayNumber(part));
