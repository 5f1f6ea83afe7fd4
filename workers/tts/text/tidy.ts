import type { Rule } from './rule.ts';

/** Strongest first: of several marks in a row this one is kept. */
const strength = '?!。;,、';
const fullWidth: Record<string, string> = { '?': '？', '!': '！', ';': '；', ',': '，' };

/** As in `alike`: what was between may be gone. */
const stillStretched: Rule = {
  id: 'still-stretched',
  pattern: /([^零一二三四五六七八九幺十])\1{3,}/gu,
  say: '$1$1$1',
};

/** Accents that belong to no letter, letters that are too many. */
export const accents: Rule[] = [
  { id: 'stray-accent', pattern: /\p{Me}+|(?<![\p{L}\p{M}])\p{M}+/gu, say: '' },
  // Stacked accents make one letter a minute long.
  { id: 'stacked-accents', pattern: /(\p{M}{2})\p{M}+/gu, say: '$1' },
  stillStretched,
];

/** Brings what is left into one form; changes nothing a second time. */
export const tidy: Rule[] = [
  { id: 'wide-space', pattern: / {2,}/gu, say: ' ' },
  {
    id: 'halved',
    pattern: /[？！；，]/gu,
    say: (mark) => Object.entries(fullWidth).find(([, full]) => full === mark)?.[0] ?? mark,
  },
  {
    id: 'marks',
    pattern: / ?[?!。;,、][?!。;,、 ]*/gu,
    say: (found) => Array.from(strength).find((mark) => found.includes(mark)) ?? '',
  },
  { id: 'wide', pattern: /[?!;,]/gu, say: (mark) => fullWidth[mark] ?? mark },
  { id: 'first-mark', pattern: /^[？！。；，、 ]+/gu, say: '' },
  stillStretched,
  { id: 'spaces', pattern: / {2,}/gu, say: ' ' },
];
