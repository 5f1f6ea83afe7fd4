const prefix = 'filler:';
const keepPrefix = 'keep:';

/** One time that a kept sound was heard: each has an id of its own, so that each is in the ledger. `at` in unix milliseconds. */
export const airingId = (key: string, at: number): string => `${prefix}${key}:${at.toString(36)}`;

/** The utterance that is made only to be kept. */
export const keepUtteranceId = (key: string): string => `${keepPrefix}${key}`;

/** Which sound was heard under this id, and when it began; undefined for any other utterance. */
export function readAiring(utteranceId: string): { key: string; at: number } | undefined {
  if (!utteranceId.startsWith(prefix)) return undefined;
  const [key = '', at = ''] = utteranceId.slice(prefix.length).split(':');
  return { key, at: Number.parseInt(at, 36) };
}

export function keyOfKept(utteranceId: string): string {
  return utteranceId.startsWith(keepPrefix) ? utteranceId.slice(keepPrefix.length) : '';
}
