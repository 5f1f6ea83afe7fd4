/** What a text takes to say. `latin`: how many of the syllables are in words of an alphabet, where they are only estimated. */
export interface SpokenUnits {
  syllables: number;
  /** Places where a speaker may pause, inside the text only. */
  pauses: number;
  latin: number;
}

const token = /\p{Script=Han}|[\p{Script=Latin}\p{M}'’]+|\p{N}|[，。！？；：、,.!?;:…—~]+|[\p{L}]/gu;
const vowelGroup = /[aeiouyáéíóúàèìòùäëïöüâêîôûåæøœ]+/giu;

/** Counts what will be heard, for text that is already fit for speech. Linear in its length. */
export function expectedUnits(text: string): SpokenUnits {
  let syllables = 0;
  let latin = 0;
  let pauses = 0;
  let isPausing = false;
  for (const [part] of text.matchAll(token)) {
    if (/^[，。！？；：、,.!?;:…—~]/u.test(part)) {
      isPausing = syllables > 0;
      continue;
    }
    if (isPausing) pauses += 1;
    isPausing = false;
    if (/^\p{Script=Latin}/u.test(part)) {
      const count = wordSyllables(part);
      syllables += count;
      latin += count;
    } else {
      syllables += 1;
    }
  }
  return { syllables, pauses, latin };
}

/** By groups of vowels; capitals are spelt out when they are too few for a word, or hold no vowel. */
function wordSyllables(word: string): number {
  const groups = word.match(vowelGroup)?.length ?? 0;
  if (word === word.toUpperCase() && (word.length <= 3 || groups === 0)) return word.length;
  const isSilentE = groups > 1 && /[^aeiouyl]e$/iu.test(word);
  return Math.max(1, groups - (isSilentE ? 1 : 0));
}

/** For how many syllables a part of the text is only a copy of the part before it (好的好的: 2; 哈哈哈哈: 3), so that its sound is one too. */
export function repeatedUnits(text: string): number {
  const units = text.match(/\p{Script=Han}|[\p{L}]+|\p{N}/gu)?.slice(0, longestCompared) ?? [];
  let most = 0;
  for (let lag = 1; lag < units.length; lag++) {
    let run = 0;
    for (let at = lag; at < units.length; at++) {
      run = units[at] === units[at - lag] ? run + 1 : 0;
      most = Math.max(most, run);
    }
  }
  return most;
}

/** The comparison is quadratic; sentences are shorter. */
const longestCompared = 200;
