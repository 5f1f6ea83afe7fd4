import { sayCount, sayInteger, sayOrdinal } from './han-numbers.ts';
import type { Rule } from './rule.ts';

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  yen: '¥',
  times: '×',
  divide: '÷',
  deg: '°',
  middot: '·',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  ldquo: '“',
  rdquo: '”',
  copy: ' ',
  reg: ' ',
  trade: ' ',
};

/** What is no character, or an invisible one. */
export const invisible: Rule[] = [
  {
    id: 'entity',
    pattern:
      /&(?:(amp|lt|gt|quot|apos|nbsp|yen|times|divide|deg|middot|hellip|mdash|ndash|ldquo|rdquo|copy|reg|trade)|#(\d{1,7})|#[xX]([\da-fA-F]{1,6}));/gu,
    say: (_, name, decimal, hexadecimal) =>
      name === ''
        ? fromCode(decimal === '' ? Number.parseInt(hexadecimal, 16) : Number(decimal))
        : (entities[name] ?? ' '),
  },
  { id: 'line-end', pattern: /\r\n?|[\u{85}\u{2028}\u{2029}\v\f]/gu, say: '\n' },
  { id: 'control', pattern: /[^\P{Cc}\n]+/gu, say: ' ' },
  // Zero-width, bidirectional and private-use characters, tags, and what a cut surrogate pair leaves.
  {
    id: 'format',
    pattern:
      /(?:[\p{Cf}\p{Co}\p{Cn}\u{fffd}\u{3164}\u{ffa0}]|\u{34f}|\u{115f}|\u{1160}|\p{Variation_Selector})+/gu,
    say: '',
  },
];

function fromCode(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : ' ';
}

/** Signs that would become something else when widths are made alike. */
export const signs: Rule[] = [
  {
    // Else the mark behind the number would be the sign of an inch.
    id: 'quoted-number',
    pattern: /(?<!\d ?)["“”＂]([^"“”＂\n]{0,60}\d)["“”＂](?=(\d?))/gu,
    say: (_, quoted, next) => quoted + (next && ','),
  },
  {
    id: 'roman-number',
    pattern: /[Ⅰ-Ⅻⅰ-ⅻ]/gu,
    say: (sign) => sayOrdinal(String((((sign.codePointAt(0) ?? 0) - 0x2160) % 16) + 1)),
  },
  { id: 'square', pattern: /(?<=\d)²/gu, say: '的平方' },
  { id: 'cube', pattern: /(?<=\d)³/gu, say: '的立方' },
  {
    id: 'mixed-fraction',
    pattern: /(?<![\d.])(\d{1,4}) ?([¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])/gu,
    say: (_, whole, sign) => {
      const [part = '', parts = ''] = sign.normalize('NFKC').split('⁄');
      return `${sayInteger(whole).replace(/^两/, '二')}又${sayInteger(parts)}分之${sayInteger(part)}`;
    },
  },
  {
    id: 'sun-protection',
    pattern: /(?<![A-Za-z])PA(\+{2,4})(?!\+)/gu,
    say: (_, pluses) => `PA${sayCount(String(pluses.length))}个加 `,
  },
  {
    id: 'minutes-and-seconds',
    pattern: /(?<![\d.])(\d{1,2})['′’]([0-5]\d)(?:["″”]|'')/gu,
    say: '$1分$2秒',
  },
  { id: 'square-metre', pattern: /(?<![\d/] ?)㎡/gu, say: '平方米' },
  { id: 'trademark', pattern: /[™℠©®]/gu, say: ' ' },
  {
    id: 'circled-number',
    pattern: /[①-⑳❶-❿➀-➉➊-➓](?=[号款件个种档])/gu,
    say: (sign) => String(circledValue(sign.codePointAt(0) ?? 0)),
  },
  {
    id: 'circled',
    pattern: /[①-⑳❶-❿➀-➉➊-➓⑴-⒇⒈-⒛]/gu,
    say: (sign) => `,${sayInteger(String(circledValue(sign.codePointAt(0) ?? 0)))},`,
  },
  { id: 'number-mark', pattern: /№/gu, say: 'No.' },
  { id: 'accent-alone', pattern: /[´｀¨¯˘˙¸]/gu, say: ' ' },
];

const circledStarts = [0x2460, 0x2776, 0x2780, 0x278a, 0x2474, 0x2488];

function circledValue(code: number): number {
  const start = circledStarts.reduce((best, from) => (from <= code && from > best ? from : best), 0);
  return code - start + 1;
}

/** After widths are made alike: one way to write a thing. */
export const alike: Rule[] = [
  {
    id: 'foreign-digit',
    pattern: /(?!\d)\p{Nd}/gu,
    say: (digit) => String(digitValue(digit.codePointAt(0) ?? 0)),
  },
  { id: 'han-zero', pattern: /〇/gu, say: '零' },
  { id: 'other-number', pattern: /[\p{Nl}\p{No}]/gu, say: ' ' },
  {
    id: 'traditional',
    pattern: /(?<=\d ?[小分]?)[個塊條雙點號萬億張隻種歲週鐘時間臺輛層頁盞盤]|[價買贈減滿](?= ?[\d¥])/gu,
    say: simplify,
  },
  { id: 'dash', pattern: /[‐‑‒–−﹣]/gu, say: '-' },
  { id: 'dash-of-a-range', pattern: /(?<=\d) ?—(?= ?\d)/gu, say: '-' },
  { id: 'tilde', pattern: /[～〜∼]/gu, say: '~' },
  { id: 'apostrophe', pattern: /(?<=[A-Za-z])[’‘`´](?=[A-Za-z])/gu, say: "'" },
  { id: 'space', pattern: /[^\S\n]+/gu, say: ' ' },
  { id: 'line', pattern: / ?\n\s*/gu, say: ' , ' },
  // Numerals keep all: 六六六六六.
  { id: 'stretched', pattern: /([^\p{N}零一二三四五六七八九幺十.\-*])\1{3,}/gu, say: '$1$1$1' },
];

/** Characters by which a number beside them is known for what it is. */
const traditional = new Map(
  '個个塊块條条雙双點点號号萬万億亿價价買买贈赠減减滿满張张隻只種种歲岁週周鐘钟時时間间臺台輛辆層层頁页盞盏盤盘'
    .match(/../gu)
    ?.map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);

function simplify(character: string): string {
  return traditional.get(character) ?? character;
}

/** Digits of every script stand in tens, from zero on. */
function digitValue(code: number): number {
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return (code - start) % 10;
}
