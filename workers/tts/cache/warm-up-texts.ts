import type { ReplyConfig } from '../../../protocol/config.ts';
import { splitSentences } from '../../split-sentences.ts';

/**
 * Segments that will be wanted as they are, at most `limit`, as answers are split: what somebody will wait for first, then what the show
 * says by itself. Texts with a `{field}` or a `{choice|of|words}` are not among them, nobody
 * knows what they will be.
 */
export function warmUpTexts(
  { rules, templates, idle, disclosure }: Pick<ReplyConfig, 'rules' | 'templates' | 'idle' | 'disclosure'>,
  limit: number,
): string[] {
  const answers = [...rules.flatMap(({ say }) => say), ...Object.values(templates).flat()];
  const texts = [
    ...answers.map((text) => text.trim()),
    disclosure.text,
    ...idle.flatMap(({ lines }) => lines),
  ].filter((text) => !text.includes('{'));
  return [...new Set(texts.flatMap((text) => splitSentences(text)))].slice(0, limit);
}
