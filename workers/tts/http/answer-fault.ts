import { EngineError } from '../endpoint.ts';
import type { AnswerHead } from './exchange.ts';

const maxMessage = 200;
const longestRetryMs = 3_600_000;
const mark = '***';

export interface RefusedAnswer extends AnswerHead {
  /** The beginning of the body. */
  text: string;
}

export interface FaultOptions {
  /** What was asked, for the message. */
  what: string;
  /** Are taken out of what the server says; some repeat the key that they refuse. */
  secrets: readonly string[];
  /** Wall clock, for a Retry-After that is a date. */
  now: number;
}

/** What an answer means that is not a success. */
export function faultOfAnswer(answer: RefusedAnswer, { what, secrets, now }: FaultOptions): EngineError {
  const { status, headers } = answer;
  const retryAfterMs = readRetryAfter(headers['retry-after'], now);
  const said = readMessage(answer.text, secrets);
  const message = `${what} answered ${status}${said && `: ${said}`}`;
  const details = { status, retryAfterMs: retryAfterMs ?? 0 };
  if (status === 429 || (status === 503 && retryAfterMs !== undefined))
    return new EngineError('busy', message, details);
  return new EngineError(status >= 500 ? 'server' : 'refused', message, details);
}

/** Text and JSON where sound was agreed on. */
export function faultOfText(
  answer: RefusedAnswer,
  { what, secrets }: Omit<FaultOptions, 'now'>,
): EngineError {
  const said = readMessage(answer.text, secrets);
  const kind = answer.headers['content-type'] ?? 'text';
  const { status } = answer;
  return new EngineError('garbage', `${what} answered with ${kind.slice(0, 60)}${said && `: ${said}`}`, {
    status,
  });
}

/**
 * What a server says in its error: of JSON the parts that are made for people, else the text without tags. At most 200 characters, cut
 * when the secrets are out of it: the beginning of one would not be known as such.
 */
export function readMessage(text: string, secrets: readonly string[] = []): string {
  let said = text;
  try {
    const found = collect(JSON.parse(text), 0);
    if (found.length > 0) said = found.join(': ');
  } catch {
    // Whatever begins is taken to its end or to that of the text: looked at once, however large it is.
    said = text.replaceAll(/<(style|script|head)\b.*?(?:<\/\1>|$)/gis, ' ').replaceAll(/<[^<>]*>/g, ' ');
  }
  // Control characters have no place in a log.
  const line = hideSecrets(said.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(), secrets);
  return line.length > maxMessage ? `${line.slice(0, maxMessage - 1)}…` : line;
}

/** Takes known secrets out of a text, and what looks like a key. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) if (secret.length > 3) result = result.replaceAll(secret, mark);
  return result
    .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${mark}`)
    .replaceAll(/\b(?:sk|pk|key)-[\w*-]{6,}/gi, mark);
}

/** Messages in the order in which GPT-SoVITS (message, Exception), FastAPI (detail, msg) and OpenAI (error.message) write them. */
function collect(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (depth > 3 || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, 5).flatMap((entry: unknown) => collect(entry, depth + 1));
  const fields = value as Record<string, unknown>;
  return ['message', 'Exception', 'exception', 'error', 'detail', 'loc', 'msg'].flatMap((name) =>
    collect(fields[name], depth + 1),
  );
}

/** Seconds or a date; undefined when there is none that can be read. */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, Math.min(longestRetryMs, Math.ceil(waitMs)));
}
