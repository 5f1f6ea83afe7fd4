import { readFile } from 'node:fs/promises';
import type { WordListConfig } from '../../../protocol/reply/words-config.ts';
import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import { isWord, readWordLines } from '../../../protocol/reply/word-lines.ts';
import type { WordEntry } from './word-entry.ts';

/** The file, and the list's place in the configuration. */
export interface ListPlace {
  file: string;
  at: string;
}

/** The words of a list, those of its file as well. Throws ConfigurationError. */
export async function readWordList(list: WordListConfig, { file, at }: ListPlace): Promise<WordEntry[]> {
  const own = list.words.map((word, index) => {
    if (isWord(word)) return entryOf(word, list);
    const message = `"${word}" has no letter and no digit`;
    throw new ConfigurationError([{ path: `${at}.words[${index}]`, message }]);
  });
  if (list.file === '') return own;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError([{ path: `${at}.file`, message: `cannot be read: ${messageOf(error)}` }]);
  }
  try {
    const lines = readWordLines(text, file);
    return [...own, ...lines.map(({ word, replacement }) => entryOf(word, list, replacement))];
  } catch (error) {
    throw new ConfigurationError([{ path: `${at}.file`, message: messageOf(error) }]);
  }
}

function entryOf(word: string, list: WordListConfig, replacement = list.replacement): WordEntry {
  const { id, category, homophones } = list;
  return { word, list: id, category, replacement, homophones };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
