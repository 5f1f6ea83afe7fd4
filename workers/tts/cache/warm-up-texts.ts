import type { ReplyConfig } from '../../../protocol/config.ts';
import { splitSentences } from '../../split-sentences.ts';

/**
 * Segments that will be wanted as they are, at most `limit`, as answers are split: what somebody will wait for first, then what the show
 * says by itself. Texts with a `{field}` or a `{choice|of|words}` are not among them, nobody knows what they will be. Each is split
 * when it is asked for: all at once take a tenth of a second.
 */
export function* warmUpTexts(
  { rules, templates, idle, disclosure }: Pick<ReplyConfig, 'rules' | 'templates' | 'idle' | 'disclosure'>,
  limit: number,
): Generator<string> {
  const answers = [...rules.flatMap(({ say }) => say), ...Object.values(templates).flat()];
  const texts = [
    ...answers.map((text) => text.trim()),
    disclosure.text,
    ...idle.flatMap(({ lines }) => lines),
  ].filter((text) => !text.includes('{'));
  const given = new Set<string>();
  for (const segment of segmentsOf(texts)) {
    if (given.size >= limit) return;
    if (given.has(segment)) continue;
    given.add(segment);
    yield segment;
  }
}

function* segmentsOf(texts: string[]): Generator<string> {
  for (const text of texts) yield* splitSentences(text);
}
