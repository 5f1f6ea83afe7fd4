const digits: Record<string, number> = Object.fromEntries(
  ['零〇', '一壹幺', '二贰两俩', '三叁', '四肆', '五伍', '六陆', '七柒', '八捌', '九玖'].flatMap(
    (same, value) => Array.from(same, (character) => [character, value]),
  ),
);
const places: Record<string, number> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1_000, 仟: 1_000 };
const scales: Record<string, number> = { 万: 10_000, 亿: 100_000_000 };

/** The characters that Chinese numerals are written with. */
export const hanNumerals = '零〇一壹幺二贰两俩三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟万亿';

/** The value of a Chinese numeral: 三百二 → 320, 一千零五 → 1005, 二零二六 → 2026, 两万 → 20000. Undefined for what is none. */
export function hanValue(text: string): number | undefined {
  const characters = Array.from(text);
  if (characters.length === 0) return undefined;
  if (characters.every((character) => digits[character] !== undefined))
    return Number(characters.map((character) => digits[character]).join(''));
  let total = 0;
  let section = 0;
  let digit: number | undefined;
  /** What a digit at the end counts when nothing is behind it: 三百二 is 320. */
  let below = 1;
  for (const character of characters) {
    const value = digits[character];
    const place = places[character];
    const scale = scales[character];
    if (value !== undefined) {
      digit = value;
      if (value === 0) below = 1;
    } else if (place !== undefined) {
      section += (digit ?? 1) * place;
      digit = undefined;
      below = place / 10;
    } else if (scale !== undefined) {
      total = (total + section + (digit ?? 0)) * scale;
      section = 0;
      digit = undefined;
      below = scale / 10;
    } else return undefined;
  }
  return total + section + (digit ?? 0) * below;
}
