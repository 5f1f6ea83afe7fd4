import { EngineError } from '../endpoint.ts';
import { faultOfAnswer } from './answer-fault.ts';
import type { AnswerHead } from './exchange.ts';
import type { HttpLink, LinkOptions, LinkRequest } from './http-link.ts';

export interface PlainAnswer extends AnswerHead {
  text: string;
  /** Undefined when the text is no JSON. */
  json: unknown;
}

/** The description of GPT-SoVITS has some 20 kB. */
const maxBytes = 1_000_000;

/** Asks for something small. Answers with any status below 500; throws EngineError, or the signal's reason. */
export async function ask(link: HttpLink, request: LinkRequest, options: LinkOptions): Promise<PlainAnswer> {
  let head: AnswerHead = { status: 0, headers: {} };
  const pieces: Uint8Array[] = [];
  let size = 0;
  const what = link.describe(request);
  const reader = {
    isReceiving: false,
    start(started: AnswerHead) {
      head = started;
      reader.isReceiving = true;
    },
    data(bytes: Uint8Array) {
      size += bytes.byteLength;
      if (size > maxBytes)
        throw new EngineError('too-large', `${what}: the answer has more than ${maxBytes} bytes`);
      pieces.push(bytes);
    },
  };
  await link.exchange(request, reader, options);
  const text = Buffer.concat(pieces).toString('utf8');
  if (head.status >= 500 || head.status === 429)
    throw faultOfAnswer({ ...head, text }, { what, secrets: [], now: Date.now() });
  return { ...head, text, json: readJson(text) };
}

/** Whether the server was there and failed at what it was asked; a proxy says otherwise that it is not. */
export function isInnerFault(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'server' && error.status < 502;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
