import traditional from 'opencc-js/dict/TSCharacters';

/** What stands for another character when somebody wants to be read by people and not by filters; first the one that is meant. */
const alikeGroups = [
  '微薇徽溦嶶',
  '信伩訫芯',
  '扣釦抠',
  'aаαɑ',
  'bЬь',
  'cсϲ',
  'eеε',
  'hһ',
  'iіı',
  'kкκ',
  'oоο',
  'pрρ',
  'qԛ',
  'sѕ',
  'tтτ',
  'vѵν∨',
  'wԝѡω',
  'xхχ×✕✖╳',
  'yуγ',
];

/** Digits and letters in circles and squares that Unicode takes for pictures: where the first of each row stands, and what it is. */
const enclosed: [first: number, meant: string][] = [
  [0x24_f5, '123456789'],
  [0x27_76, '123456789'],
  [0x27_80, '123456789'],
  [0x27_8a, '123456789'],
  [0x24_ff, '0'],
  [0x1_f1_0b, '0'],
  [0x1_f1_0c, '0'],
  [0x1_f1_50, 'abcdefghijklmnopqrstuvwxyz'],
  [0x1_f1_70, 'abcdefghijklmnopqrstuvwxyz'],
  [0x1_f1_e6, 'abcdefghijklmnopqrstuvwxyz'],
];

const alike = new Map(
  alikeGroups.flatMap((group) => {
    const [meant = '', ...others] = Array.from(group);
    return others.map((other): [string, string] => [other, meant]);
  }),
);
for (const [first, meant] of enclosed)
  for (const [offset, character] of Array.from(meant).entries())
    alike.set(String.fromCodePoint(first + offset), character);

const simplified = new Map(
  traditional.split('|').flatMap((entry): [string, string][] => {
    const [from, to] = entry.split(' ');
    return from !== undefined && to !== undefined ? [[from, to]] : [];
  }),
);

/**
 * The character that a character is compared as: half width, small, simplified, and its like; several where it is a ligature (`㎏`). Empty
 * for what nobody sees (marks, zero width), undefined for what separates: space, punctuation, symbols, pictures.
 */
export function foldCharacter(character: string): string | undefined {
  if (strokes.has(character)) return undefined;
  const meant = alike.get(character);
  if (meant !== undefined) return meant;
  if (isUnseen.test(character)) return '';
  const folded = Array.from(character.normalize('NFKC').toLowerCase())
    .filter((part) => isWord.test(part))
    .map((part) => {
      const simple = simplified.get(part) ?? part;
      return alike.get(simple) ?? simple;
    })
    .join('');
  return folded === '' ? undefined : folded;
}

/** Traditional characters as simplified ones. */
export const simplify = (text: string): string =>
  text.replaceAll(/\p{Script=Han}/gu, (character) => simplified.get(character) ?? character);

/** Parts of characters that nobody writes as words: 微丶信. */
const strokes = new Set('丶丨丿灬乀乁乚');
const isUnseen = /^[\p{M}\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0]$/u;
const isWord = /[\p{L}\p{N}]/u;
