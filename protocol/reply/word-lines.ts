/** One word of a list, and what is said for it if the list's own line tells. */
export interface WordLine {
  word: string;
  replacement: string | undefined;
}

const longestWord = 64;
const maxProblems = 10;

/**
 * The words of a text, one per line; `word = other` has a replacement of its own, what follows a # is a comment. Throws an Error that
 * names every line that cannot be a word.
 */
export function readWordLines(text: string, file: string): WordLine[] {
  const problems: string[] = [];
  const words = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line, index): WordLine[] => {
      const [word = '', own] = line.replace(/(?:^|\s)#.*$/, '').split(/\s*=\s*/);
      const problem = (message: string) => {
        problems.push(`${file}:${index + 1}: ${message}`);
        return [];
      };
      const trimmed = word.trim();
      if (trimmed === '' && own === undefined) return [];
      if (line.includes('\ufffd')) return problem('is not UTF-8: save the file as UTF-8');
      if (trimmed.length > longestWord) return problem(`is longer than ${longestWord} characters`);
      if (!isWord(trimmed)) return problem(`"${trimmed}" has no letter and no digit`);
      return [{ word: trimmed, replacement: own?.trim() }];
    });
  if (problems.length > 0) throw new Error(listOf(problems));
  return words;
}

/** Whether anything is left of it once marks, spaces and pictures are not looked at. */
export const isWord = (word: string): boolean =>
  /(?![\u115f\u1160\u3164\uffa0])[\p{L}\p{N}]/u.test(word.normalize('NFKC'));

function listOf(problems: string[]): string {
  const more = problems.length - maxProblems;
  return problems.slice(0, maxProblems).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
