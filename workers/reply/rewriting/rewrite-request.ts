import type { ModelConfig, ModelEndpointConfig } from '../../../protocol/reply/model-config.ts';
import { closeTag, openTag } from '../model/speech-shaper.ts';

/** Part of what wordings are kept under: with other instructions there are others. */
export const instructions = [
  '你替直播间的主播把一句话换个说法，意思和语气不变，长短差不多，要口语、自然。',
  '数字、价格、时间、条件和限制一个不少，原样说；不添新的数字、优惠、赠品、承诺和功效。',
  '花括号连同里面的字母（例如 {time}）以后会填上内容：照抄，一个不多，一个不少，不加新的。',
  '只写换了说法的那一句：不分段，不编号，不加引号、标题、表情、括号和解释。',
  '不要和给出的那句太像，也不要和已经有的说法太像。',
];

/** So many of those that there are already are shown, the latest. */
const maxShown = 8;
/** Other than answers, wordings are to differ. */
const temperature = 0.9;

export interface RewriteQuestion {
  /** Without choices. */
  line: string;
  /** Wordings that there are already. */
  others: readonly string[];
}

/** The body of a request for one more wording. The line is the operator's own, and no viewer's. */
export function rewriteBody(
  { persona, maxTokens }: Pick<ModelConfig, 'persona' | 'maxTokens'>,
  { model, parameters, askUsage }: Pick<ModelEndpointConfig, 'model' | 'parameters' | 'askUsage'>,
  { line, others }: RewriteQuestion,
): Record<string, unknown> {
  const known = others.slice(-maxShown).map((other) => `- ${other}`);
  return {
    model,
    stream: true,
    temperature,
    max_tokens: Math.max(maxTokens, 3 * line.length),
    ...(askUsage ? { stream_options: { include_usage: true } } : {}),
    ...parameters,
    messages: [
      {
        role: 'system',
        content: [...instructions.map((each) => `- ${each}`), '主播的样子：', persona].join('\n'),
      },
      {
        role: 'user',
        content: [`<line>${line}</line>`, ...(known.length > 0 ? ['已经有的说法：', ...known] : [])].join(
          '\n',
        ),
      },
    ],
  };
}

/** What a model wrote, without its thoughts. */
export function readWording(text: string, beginsThinking: boolean): string {
  const parts = text.split(closeTag);
  if (beginsThinking && parts.length === 1) return '';
  return (parts.at(-1)?.split(openTag)[0] ?? '').trim();
}
