/** Words for somebody whose name cannot be said. */
export const nameless = '这位朋友';

const maxCharacters = 8;

const digits = '零一二三四五六七八九';

/**
 * A nickname as it can be spoken: letters and digits of any script, at most eight characters, without the number that platforms hang
 * on; masked names (`张***`) keep what shows. Digits are Chinese ones, as they are no number to anybody who reads the name aloud.
 */
export function speakableName(nickname: string): string {
  const letters = Array.from(nickname.normalize('NFKC')).filter((character) =>
    /[\p{L}\p{N}]/u.test(character),
  );
  const whole = letters.join('');
  const name = Array.from(/^\p{L}+\p{N}{3,}$/u.test(whole) ? whole.replace(/\p{N}+$/u, '') : whole)
    .slice(0, maxCharacters)
    .join('');
  return name === '' || name === '用户'
    ? nameless
    : name.replaceAll(/\d/g, (digit) => digits[Number(digit)] ?? '');
}

/** `A、B、C` , or `A、B、C等7位朋友` when there are more than `most`; repeated names count once. */
export function joinNames(nicknames: string[], most = 5): string {
  const names = [...new Set(nicknames.map(speakableName))];
  if (names.length <= most) return names.join('、');
  return `${names.slice(0, 3).join('、')}等${names.length}位朋友`;
}
