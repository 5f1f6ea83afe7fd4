import { SentenceChunker, chunkSizes } from './sentence-chunker.ts';

/** So long may a first sentence be that is not cut at a clause, in UTF-16 units. */
const quickSentence = 24;

/**
 * Sentences of a text, each with its final mark; long ones are cut at clauses. Very short ones join what follows or precedes: engines
 * garble a few characters alone (GPT-SoVITS repeats or swallows below about six). With `quick` the first clause of a long sentence stands
 * alone, so that it is heard while the rest is made.
 */
export function splitSentences(text: string, { quick = false } = {}): string[] {
  const isLong = (/^[^。！？!?；;\n]*/u.exec(text.trim())?.[0].length ?? 0) > quickSentence;
  const chunker = new SentenceChunker({ firstFrom: quick && isLong ? 8 : Infinity });
  const parts = [...chunker.push(text), ...chunker.flush()].map((part) => part.trim()).filter(Boolean);
  const last = parts.at(-1);
  if (last === undefined || parts.length === 1 || Array.from(last).length >= chunkSizes.least) return parts;
  return [...parts.slice(0, -2), `${parts.at(-2)}${last}`];
}
