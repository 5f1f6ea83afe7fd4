import { hanNumerals, hanValue } from './shop/han-value.ts';

/** What a text asks, for comparing it with others. */
export interface Question {
  text: string;
  pairs: Set<string>;
  /** Numbers and Latin words: two questions that differ in these are two questions (“160 穿什么码”, “170 穿什么码”). */
  slots: string;
  /** Numerals, and the characters that say what it is about (一号多少钱, 三号多少钱; 男款有货吗, 女款有货吗). */
  about: string;
}

/** What sentences end with and does not change what is asked. */
const particles = /[啊呀呢吧吗嘛哦哈了哟呐嘞诶]+$/u;

/** A text without case, width, marks, spaces, stuttering and final particles; itself when nothing else is left of it. */
export function normalise(text: string): string {
  const letters = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/(?!(?<=\d)\.(?=\d))[^\p{L}\p{N}]/gu, '')
    .replaceAll(/(\p{L})\1{2,}/gu, '$1');
  return letters.replace(particles, '') || letters || text.trim();
}

export function toQuestion(text: string): Question {
  const normal = normalise(text);
  const characters = Array.from(normal);
  const pairs = new Set(characters.slice(1).map((character, index) => `${characters[index]}${character}`));
  const slots = (normal.match(/\d+|[a-z]+/g) ?? []).toSorted().join(' ');
  const numbers = (normal.match(numerals) ?? []).map((word) => String(hanValue(word) ?? word)).toSorted();
  const rest = new Set(Array.from(normal.replaceAll(numerals, '').replaceAll(anywhere, '')));
  const about = [...numbers, ...[...rest].toSorted()].join(' ');
  return { text: normal, pairs, slots, about };
}

const numerals = new RegExp(`\\d+|[${hanNumerals}]+`, 'gu');
/** May be in any question, or not, and it asks the same. */
const anywhere =
  /[的了呢吗啊呀吧嘛哦哈啦请问主播老板你您们我咱家亲这那个款件条要想能会可以是有没给下到底现在什么怎啥多少很都还就也]/gu;

/** Whether one answer does for both. */
export const isSameQuestion = (one: Question, other: Question, least: number): boolean =>
  one.text === other.text || (one.about === other.about && similarity(one, other, least) >= least);

/** Sørensen–Dice coefficient of the pairs of characters, 0 to 1; `least`: below it the exact value does not matter, and 0 is given. */
export function similarity(one: Question, other: Question, least = 0): number {
  if (one.text === other.text) return 1;
  if (one.slots !== other.slots) return 0;
  const [small, large] =
    one.pairs.size < other.pairs.size ? [one.pairs, other.pairs] : [other.pairs, one.pairs];
  const sum = small.size + large.size;
  if (small.size === 0 || (2 * small.size) / sum < least) return 0;
  let common = 0;
  for (const pair of small) if (large.has(pair)) common += 1;
  return (2 * common) / sum;
}
