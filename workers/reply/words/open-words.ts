import { resolve } from 'node:path';
import type { WordsConfig } from '../../../protocol/reply/words-config.ts';
import {
  allowEntries,
  contactEntries,
  harmlessEntries,
  insultEntries,
  superlativeEntries,
} from './built-in.ts';
import { readWordList } from './read-word-list.ts';
import { loadSounds } from './sounds.ts';
import { WordFilter } from './word-filter.ts';

/** The filter that a configuration describes; files are found from `folder` on. Throws ConfigurationError naming file and line. */
export async function openWords(config: WordsConfig, folder: string): Promise<WordFilter> {
  const lists = await Promise.all(
    config.lists.map(async (list, index) => {
      const place = { file: resolve(folder, list.file), at: `reply.words.lists[${index}]` };
      return await readWordList(list, place);
    }),
  );
  const entries = [
    ...lists.flat(),
    ...(config.superlatives ? superlativeEntries() : []),
    ...(config.contacts ? contactEntries() : []),
    ...(config.insults ? insultEntries() : []),
    ...harmlessEntries(),
    ...allowEntries(config.allow),
  ];
  return new WordFilter({
    entries,
    contactForms: config.contacts,
    maxGap: config.maxGap,
    sounds: entries.some(({ homophones }) => homophones) ? await loadSounds() : undefined,
  });
}
