import { z } from 'zod';

/** What is done about a word: `block`: nothing of the text is said; `mask`: it is left out; `replace`: another is said for it. */
export const wordCategories = ['block', 'mask', 'replace'] as const;
export type WordCategory = (typeof wordCategories)[number];

const wordList = z.strictObject({
  id: z.string().min(1).max(64).describe('Name in logs and outcomes'),
  category: z
    .enum(wordCategories)
    .default('block')
    .describe(
      'block: nothing of a text with such a word is said; mask: it is left out; replace: another is said',
    ),
  replacement: z.string().max(32).default('').describe('Said instead, of "replace"'),
  words: z.array(z.string().min(1).max(64)).default([]).describe('The words'),
  file: z
    .string()
    .default('')
    .describe('Or a file: one word per line, "word = other" with a replacement of its own, # for comments'),
  homophones: z
    .boolean()
    .default(false)
    .describe(
      'Also what sounds the same, without tones, and what is written in pinyin; of words of two characters or more',
    ),
});

/** Words that must not be said, by anybody: viewers, nicknames, the model, scripts. */
export const wordsSchema = z.strictObject({
  superlatives: z
    .boolean()
    .default(true)
    .describe('What the advertising law forbids (最好, 第一, 国家级 …) is replaced'),
  contacts: z
    .boolean()
    .default(true)
    .describe('What leads customers away (微信, QQ, telephone numbers, links), in any notation, is blocked'),
  insults: z.boolean().default(true).describe('Insults (骗子, 傻逼 …) are blocked'),
  lists: z.array(wordList).max(50).default([]).describe('Lists of your own'),
  allow: z
    .array(z.string().min(1).max(64))
    .default([])
    .describe('Phrases in which a word is harmless (第一次)'),
  maxGap: z
    .int()
    .min(0)
    .max(16)
    .default(3)
    .describe('So many separating characters between two characters of a word do not hide it'),
});

export type WordsConfig = z.infer<typeof wordsSchema>;
export type WordListConfig = WordsConfig['lists'][number];
