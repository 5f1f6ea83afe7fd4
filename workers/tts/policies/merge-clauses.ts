/** Engines swallow words of clauses that are shorter. */
const leastCharacters = 6;
const hardStops = /[。！？!?…；;\n]/u;
const softStops = /[，、：,:]/u;
const counted = /[\p{L}\p{N}]/u;

/**
 * The same words with fewer pauses: a soft stop inside a sentence goes when the clause before it, or all that is left of the
 * sentence, would be shorter than six characters. Stops inside numbers stay.
 */
export function mergeClauses(text: string): string {
  const characters = Array.from(text);
  let merged = '';
  let clause = 0;
  for (const [at, character] of characters.entries()) {
    if (hardStops.test(character)) clause = 0;
    if (isSoftStop(characters, at)) {
      if (clause < leastCharacters || restOfSentence(characters, at) < leastCharacters) continue;
      clause = 0;
    }
    if (counted.test(character)) clause += 1;
    merged += character;
  }
  return merged;
}

function isSoftStop(characters: readonly string[], at: number): boolean {
  const isDigit = (index: number) => /\p{N}/u.test(characters[index] ?? '');
  return softStops.test(characters[at] ?? '') && !(isDigit(at - 1) && isDigit(at + 1));
}

/** Letters and digits up to the end of the sentence. */
function restOfSentence(characters: readonly string[], at: number): number {
  let count = 0;
  for (let next = at + 1; next < characters.length; next++) {
    const character = characters[next] ?? '';
    if (hardStops.test(character)) break;
    if (counted.test(character)) count += 1;
  }
  return count;
}
