import { SentenceChunker, chunkSizes } from './sentence-chunker.ts';

/** Draws a text other than the last one where there is a choice; `random` in [0, 1). */
export function draw(texts: string[], last: string | undefined, random: number): string | undefined {
  const others = texts.filter((text) => text !== last);
  const among = others.length > 0 ? others : texts;
  return among[Math.floor(random * among.length)];
}

/** Puts fields into `{name}` places; a field that is not known leaves nothing. */
export function fill(template: string, fields: Record<string, string>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => fields[name] ?? '');
}

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
