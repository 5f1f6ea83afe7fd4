import type { EngineFault, RawSound } from '../endpoint.ts';
import { EngineError } from '../endpoint.ts';
import type { SoundReader } from '../sound-reader.ts';
import { faultOfAnswer, faultOfText } from './answer-fault.ts';
import type { Deadlines } from './deadlines.ts';
import type { AnswerHead, AnswerReader } from './exchange.ts';
import type { HttpLink, LinkRequest } from './http-link.ts';

export interface SoundLimits extends Deadlines {
  /** Of the body of one answer. */
  maxBytes: number;
}

export interface FetchSoundOptions {
  limits: SoundLimits;
  signal: AbortSignal;
  /** Called once, when the first sample is there. */
  onFirstByte: () => void;
  openReader: (head: AnswerHead) => SoundReader;
  /** Never repeated in a message. */
  secrets?: readonly string[];
  /** What a complete answer without a sample in it means. */
  empty?: EngineFault;
}

/** Of an answer that is an error. */
const maxTextBytes = 16_384;

/** Asks for a sound and reads it as fast as it comes. Throws EngineError, or the signal's reason. */
export async function fetchSound(
  link: HttpLink,
  request: LinkRequest,
  options: FetchSoundOptions,
): Promise<RawSound> {
  const { limits, signal, secrets = [], empty = 'garbage' } = options;
  const what = link.describe(request);
  const answer = new SoundAnswer(options);
  try {
    await link.exchange(request, answer, { deadlines: limits, signal });
    if (!answer.refused && answer.length > 0) return answer.end();
  } catch (error) {
    signal.throwIfAborted();
    // The status says more than how the rest of its text failed to come.
    if (!answer.refused) throw explain(error, what);
  }
  if (!answer.refused) throw new EngineError(empty, `${what}: no sound in the answer`);
  const { head, pieces } = answer.refused;
  const refused = { ...head, text: Buffer.concat(pieces).toString('utf8') };
  throw isSuccess(head.status)
    ? faultOfText(refused, { what, secrets })
    : faultOfAnswer(refused, { what, secrets, now: Date.now() });
}

class SoundAnswer implements AnswerReader {
  readonly #options: FetchSoundOptions;
  #reader: SoundReader | undefined;
  #bytes = 0;
  refused: { head: AnswerHead; pieces: Uint8Array[] } | undefined;

  constructor(options: FetchSoundOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#reader?.length ?? 0;
  }

  get isReceiving(): boolean {
    return this.refused !== undefined || this.length > 0;
  }

  start(head: AnswerHead): void {
    if (!isSuccess(head.status) || isText(head)) {
      this.refused = { head, pieces: [] };
      return;
    }
    const { maxBytes } = this.#options.limits;
    const encoding = head.headers['content-encoding'] ?? '';
    if (!/^\s*(identity)?\s*$/i.test(encoding))
      throw new EngineError('garbage', `the answer is packed: ${encoding}`);
    if (Number(head.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    this.#reader = this.#options.openReader(head);
  }

  data(bytes: Uint8Array): void {
    const { maxBytes } = this.#options.limits;
    this.#bytes += bytes.byteLength;
    if (this.refused) {
      this.refused.pieces.push(Buffer.from(bytes));
      if (this.#bytes > maxTextBytes) throw tooLarge(maxTextBytes);
      return;
    }
    if (this.#bytes > maxBytes) throw tooLarge(maxBytes);
    const before = this.length;
    this.#reader?.push(bytes);
    if (before === 0 && this.length > 0) this.#options.onFirstByte();
  }

  end(): RawSound {
    if (!this.#reader) throw new EngineError('garbage', 'the answer has no body');
    return this.#reader.end();
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function isText({ headers }: AnswerHead): boolean {
  return /^(text\/|application\/(problem\+)?json|application\/xhtml)/i.test(headers['content-type'] ?? '');
}

function tooLarge(maxBytes: number): EngineError {
  return new EngineError('too-large', `the answer has more than ${maxBytes} bytes`);
}

function explain(error: unknown, what: string): unknown {
  if (!(error instanceof EngineError)) return error;
  const { code, message, status, retryAfterMs, cause } = error;
  return new EngineError(code, `${what}: ${message}`, { status, retryAfterMs, cause });
}
