import type { Rule } from './rule.ts';

/** Written in capitals, but words. */
const words = new Set(
  'OK PRO MAX PLUS MINI ULTRA AIR NEW HOT SALE LOVE LOGO WIFI SPA NICE GOOD HELLO HI YES NO BYE LIVE BABY COOL FREE LITE NOTE TOP BIG SHOW STAR THE AND FOR YOU ALL SET ONE TWO OFF BUY GET KING NIKE GUCCI DIOR'.split(
    ' ',
  ),
);

/** Latin letters: what is no word is spelled, as a voice for Chinese cannot guess how to say it. */
export const latin: Rule[] = [
  {
    id: 'capitals',
    pattern: /(?<![\p{Script=Latin}\p{M}'])[A-Z]{2,}(?![\p{Script=Latin}\p{M}'])/gu,
    say: (token) =>
      words.has(token) || (token.length >= 5 && /[AEIOU]/.test(token)) ? token : Array.from(token).join(' '),
  },
  {
    id: 'unpronounceable',
    pattern: /(?<![\p{Script=Latin}\p{M}'])[bcdfghjklmnpqrstvwxz]{2,6}(?![\p{Script=Latin}\p{M}'])/gu,
    say: (token) => Array.from(token.toUpperCase()).join(' '),
  },
];
