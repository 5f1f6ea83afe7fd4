export interface SpokenUnits {
  /** All of them, Latin ones included. */
  syllables: number;
  /** Within the text: those before and after it are cut off. */
  pauses: number;
  /** Syllables in Latin letters. Voices for Chinese differ most in these. */
  latin: number;
}

const pieces =
  /(\p{Script=Latin}[\p{Script=Latin}\p{M}']*)|([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{N}])|(\p{L}[\p{L}\p{M}]*)|([，。！？；、：…,.!?;:]+)/gu;

/** How much there is to say: one for each Han character, kana or digit, by vowels for Latin words, one for each letter alone. */
export function spokenUnits(text: string): SpokenUnits {
  const units: SpokenUnits = { syllables: 0, pauses: 0, latin: 0 };
  let isPausing = false;
  for (const [, word, character, other, mark] of text.matchAll(pieces)) {
    if (mark !== undefined) {
      isPausing = units.syllables > 0;
      continue;
    }
    if (isPausing) units.pauses += 1;
    isPausing = false;
    const latin = word === undefined ? 0 : syllablesOf(word);
    units.latin += latin;
    // Two letters of another alphabet are about a syllable.
    units.syllables += latin + (character === undefined ? 0 : 1) + Math.ceil((other?.length ?? 0) / 2);
  }
  return units;
}

function syllablesOf(word: string): number {
  const letters = word
    .normalize('NFD')
    .replaceAll(/[\p{M}']/gu, '')
    .toLowerCase();
  const vowels = letters.match(/[aeiouy]+/g)?.length ?? 0;
  // Without a vowel it is spelled.
  if (vowels === 0) return letters.length;
  const isSilentE = vowels > 1 && /[^aeiouyl]e$/i.test(word);
  return isSilentE ? vowels - 1 : vowels;
}
