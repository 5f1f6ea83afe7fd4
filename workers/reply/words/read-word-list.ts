import { readFile } from 'node:fs/promises';
import type { WordListConfig } from '../../../protocol/reply/words-config.ts';
import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import { foldText } from './folded-text.ts';
import type { WordEntry } from './word-entry.ts';

/** The file, and the list's place in the configuration. */
export interface ListPlace {
  file: string;
  at: string;
}

const longestWord = 64;
const maxProblems = 10;

/**
 * The words of a text, one per line; `word = other` has a replacement of its own, what follows a # is a comment. Throws
 * ConfigurationError that names every line that cannot be a word.
 */
export function readWordLines(text: string, list: WordListConfig, { file, at }: ListPlace): WordEntry[] {
  const problems: string[] = [];
  const entries = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line, index): WordEntry[] => {
      const [word = '', own] = line.replace(/(?:^|\s)#.*$/, '').split(/\s*=\s*/);
      const problem = (message: string) => {
        problems.push(`${file}:${index + 1}: ${message}`);
        return [];
      };
      const trimmed = word.trim();
      if (trimmed === '' && own === undefined) return [];
      if (line.includes('\ufffd')) return problem('is not UTF-8: save the file as UTF-8');
      if (trimmed.length > longestWord) return problem(`is longer than ${longestWord} characters`);
      if (foldText(trimmed).length === 0) return problem(`"${trimmed}" has no letter and no digit`);
      return [entryOf(trimmed, list, own?.trim())];
    });
  if (problems.length > 0) throw new ConfigurationError([{ path: `${at}.file`, message: listOf(problems) }]);
  return entries;
}

/** The words of a list, those of its file as well. Throws ConfigurationError. */
export async function readWordList(list: WordListConfig, place: ListPlace): Promise<WordEntry[]> {
  const { file, at } = place;
  const own = list.words.map((word, index) => {
    if (foldText(word).length > 0) return entryOf(word, list);
    const message = `"${word}" has no letter and no digit`;
    throw new ConfigurationError([{ path: `${at}.words[${index}]`, message }]);
  });
  if (list.file === '') return own;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([{ path: `${at}.file`, message: `cannot be read: ${reason}` }]);
  }
  return [...own, ...readWordLines(text, list, place)];
}

function entryOf(word: string, list: WordListConfig, replacement = list.replacement): WordEntry {
  const { id, category, homophones } = list;
  return { word, list: id, category, replacement, homophones };
}

function listOf(problems: string[]): string {
  const more = problems.length - maxProblems;
  return problems.slice(0, maxProblems).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
