import { foldCharacter } from '../words/fold-character.ts';

const firstRoman = 0x21_60;
const rounds = /[\u24f5-\u24ff\u2776-\u2793]/gu;

/** A question with its numbers as plain digits: 1️⃣, ❶, Ⅰ and １ are 1. Without what nobody sees. */
export function plainQuestion(text: string): string {
  return text
    .replaceAll(rounds, (character) => foldCharacter(character) ?? character)
    .replaceAll(/[\u2160-\u216b\u2170-\u217b]/gu, (character) =>
      String(((character.charCodeAt(0) - firstRoman) % 16) + 1),
    )
    .normalize('NFKC')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '');
}
