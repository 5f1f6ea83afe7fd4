import type { Rule } from './rule.ts';

const word = String.raw`[\p{L}\p{M}]`;
const between = (signs: string): RegExp => new RegExp(`(?<=${word}) ?${signs} ?(?=${word})`, 'gu');

/** Signs that are said, once all numbers are words. */
export const spokenSigns: Rule[] = [
  { id: 'plus-minus', pattern: /±/gu, say: '正负' },
  { id: 'plus', pattern: /(?<=[\p{L}\p{M}]) ?\+(?!\+)|\+ ?(?=[\p{L}])/gu, say: '加' },
  { id: 'times-sign', pattern: between('[×✕✖]'), say: '乘' },
  {
    id: 'times-star',
    pattern: /(?<=[零一二三四五六七八九十百千万亿两]) ?\* ?(?=[零一二三四五六七八九十百千万亿两])/gu,
    say: '乘',
  },
  { id: 'divided', pattern: between('÷'), say: '除以' },
  { id: 'equals', pattern: between('={1,3}'), say: '等于' },
  { id: 'about', pattern: /[≈≒]/gu, say: '约等于' },
  { id: 'not-equal', pattern: /≠|!=/gu, say: '不等于' },
  { id: 'at-most', pattern: /[≤≦]|<=/gu, say: '小于等于' },
  { id: 'at-least', pattern: /[≥≧]|>=/gu, say: '大于等于' },
  { id: 'less', pattern: between('<'), say: '小于' },
  { id: 'greater', pattern: between('>'), say: '大于' },
  { id: 'and', pattern: between('&{1,2}'), say: '和' },
  { id: 'or', pattern: between('[/|]'), say: '、' },
  { id: 'yen-left', pattern: /¥/gu, say: '元' },
  { id: 'celsius-left', pattern: /°C/gu, say: '摄氏度' },
];

/** Signs that only shape a text become pauses, or nothing. */
export const silentSigns: Rule[] = [
  {
    id: 'range-in-words',
    pattern: /(?<=[十百千万亿]) ?[-~] ?(?=[一二三四五六七八九十两])/gu,
    say: '到',
  },
  { id: 'quote', pattern: /["“”„‟「」『』«»‹›〝〞〟`]|(?<![A-Za-z])['‘’]|['‘’](?![A-Za-z])/gu, say: '' },
  { id: 'title', pattern: /[《》〈〉]/gu, say: '' },
  { id: 'long-pause', pattern: /(?:\.{2,}|…+|。{2,}|-{2,}|—+|~+|⋯+)/gu, say: ',' },
  { id: 'stop', pattern: /\.(?=\s|$|["”’)\]」』\p{Script=Han}])/gu, say: '。' },
  { id: 'bracket', pattern: /[()[\]{}【】〔〕〖〗]/gu, say: ',' },
  { id: 'pause', pattern: /[:|\\→←↑↓⇒•]/gu, say: ',' },
  { id: 'dash-between', pattern: /(?<=\p{Script=Han}) ?- ?(?=[\p{L}])/gu, say: ',' },
  // Everything else that no engine says.
  { id: 'silent', pattern: /[^\p{L}\p{M}\p{Nd} ,。!?;、']+/gu, say: ' ' },
];
