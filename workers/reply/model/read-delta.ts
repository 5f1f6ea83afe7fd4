import { ModelError } from './model-fault.ts';

/** What one piece of an answer says. */
export interface Delta {
  text: string;
  /** It is the whole answer (again), not the next part of it. */
  isWhole: boolean;
  finish: string;
  usage: { prompt: number; completion: number } | undefined;
}

/**
 * Reads one JSON value of an answer: pieces of a stream, also with no choices, a null or absent text, a role only, parts instead of a text,
 * thoughts beside it (left out), tools (left out), the whole message again, or of the older completions. Throws ModelError for an error that is told in it.
 */
export function readDelta(value: unknown): Delta {
  if (!isRecord(value)) throw new ModelError('garbage', 'a part of the answer is no object');
  const error = value['error'];
  if (error !== undefined && error !== null)
    throw new ModelError('server', `the answer is an error: ${messageOf(error)}`);
  const choices: unknown = value['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const usage = usageOf(value['usage']);
  if (!isRecord(choice)) return { text: '', isWhole: false, finish: '', usage };
  const finish = typeof choice['finish_reason'] === 'string' ? choice['finish_reason'] : '';
  const { delta, message } = choice;
  if (isRecord(delta) && delta['content'] !== undefined && delta['content'] !== null)
    return { text: textOf(delta['content']), isWhole: false, finish, usage };
  if (isRecord(message) && message['content'] !== undefined && message['content'] !== null)
    return { text: textOf(message['content']), isWhole: true, finish, usage };
  return { text: typeof choice['text'] === 'string' ? choice['text'] : '', isWhole: false, finish, usage };
}

/** A text, or the texts of its parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => {
      if (typeof part === 'string') return part;
      if (
        !isRecord(part) ||
        (part['type'] !== undefined && part['type'] !== 'text' && part['type'] !== 'output_text')
      )
        return '';
      return typeof part['text'] === 'string' ? part['text'] : '';
    })
    .join('');
}

function usageOf(usage: unknown): Delta['usage'] {
  if (!isRecord(usage)) return undefined;
  const read = (name: string) => {
    const value = usage[name];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0;
  };
  return { prompt: read('prompt_tokens'), completion: read('completion_tokens') };
}

/** For people; at most 200 characters on one line. */
export function messageOf(error: unknown): string {
  const text =
    isRecord(error) && typeof error['message'] === 'string' ? error['message'] : JSON.stringify(error);
  return (text ?? '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/\b(?:sk|pk|key)-[\w*-]{6,}|Bearer\s+\S+/gi, '***')
    .slice(0, 200);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
