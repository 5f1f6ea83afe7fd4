import type { WordCategory } from '../../../protocol/reply/words-config.ts';

/** A word that must not be said, or, with `allow`, a phrase in which others are harmless. */
export interface WordEntry {
  word: string;
  /** Id of the list that it is from. */
  list: string;
  category: WordCategory | 'allow';
  /** Said instead; '' leaves it out. */
  replacement: string;
  homophones: boolean;
}

/** A word that was found; `start` and `end` in UTF-16 units of the text as it was given. */
export interface Finding {
  word: string;
  list: string;
  category: WordCategory;
  replacement: string;
  start: number;
  end: number;
}
