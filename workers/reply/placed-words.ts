import type { WordFilter as Lists } from './words/word-filter.ts';
import type { WordFilter } from './wording.ts';

/**
 * The word lists as they hold for each place: a name is not mended but left out; of what viewers write, and of what is said, words are
 * left out or replaced unless one blocks.
 */
export function placedWords(lists: Pick<Lists, 'check'>): WordFilter {
  return {
    check(text, place) {
      const { isBlocked, text: allowed, findings } = lists.check(text);
      if (isBlocked || (place === 'nickname' && findings.length > 0)) return { kind: 'blocked', text: '' };
      return { kind: findings.length > 0 ? 'masked' : 'clean', text: allowed };
    },
  };
}
