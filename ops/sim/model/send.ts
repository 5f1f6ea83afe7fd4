import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { SimulatedModelFault } from '../../../protocol/simulated-model-faults.ts';
import { tokensOf } from './compose.ts';
import type { ModelSettings } from './settings.ts';

export type Reply = {
  readonly response: ServerResponse;
  readonly fault: SimulatedModelFault;
  readonly text: string;
  readonly model: string;
  readonly key: string;
  readonly settings: ModelSettings;
  /** The client went away, or the server closes. */
  readonly gone: AbortSignal;
  /** The next request on this connection is reset. */
  readonly doom: () => void;
  /** A token was sent. */
  readonly sent: (token: string) => void;
};

const late = 30_000;

/** Answers as a chat completion, or fails in the way that was drawn. */
export async function sendReply(reply: Reply): Promise<void> {
  const { response, fault, gone } = reply;
  if (refuse(reply)) return;
  switch (fault) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return await untilGone(gone);
    case 'html-200':
      return whole(
        response,
        200,
        'text/html',
        '<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>',
      );
    case 'error-200':
      return json(response, 200, errorBody('The model is overloaded', 'server_error'));
    case 'garbage':
      return whole(response, 200, 'text/event-stream', randomBytes(20_000));
    case 'plain-json':
      return json(response, 200, messageBody(reply, 'stop'));
    default:
      return await stream(reply);
  }
}

function refuse({ response, fault, key, settings, model }: Reply): boolean {
  switch (fault) {
    case '400':
      json(response, 400, errorBody('Unsupported parameter: temperature', 'invalid_request_error'));
      return true;
    case '401':
      json(response, 401, errorBody(`Incorrect API key provided: ${key}`, 'invalid_api_key'));
      return true;
    case '404':
      json(response, 404, errorBody(`The model '${model}' does not exist`, 'model_not_found'));
      return true;
    case '429':
      response.setHeader('retry-after', String(settings.retryAfterSeconds));
      json(response, 429, errorBody('Rate limit reached for requests', 'rate_limit_exceeded'));
      return true;
    case '500':
      whole(response, 500, 'text/plain', 'Internal Server Error');
      return true;
    case '502':
      whole(response, 502, 'text/html', '<html><head><title>502 Bad Gateway</title></head></html>');
      return true;
    default:
      return false;
  }
}

async function stream(reply: Reply): Promise<void> {
  const { response, fault, text, settings, gone } = reply;
  const line = fault === 'crlf' ? '\r\n' : '\n';
  const pieces: Buffer[] = [];
  const write = async (data: string): Promise<void> => {
    gone.throwIfAborted();
    const bytes = Buffer.from(data);
    if (fault === 'gzip') pieces.push(bytes);
    else if (fault === 'split-bytes') {
      for (const byte of bytes) response.write(Uint8Array.of(byte));
      await wait(0, undefined, { signal: gone });
    } else if (!response.write(bytes)) await once(response, 'drain', { signal: gone });
  };
  const event = async (value: unknown): Promise<void> => {
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    if (fault === 'json-lines') await write(`${body}\n`);
    else await write(`data:${fault === 'no-space' ? '' : ' '}${body}${line}${line}`);
  };
  response.writeHead(200, {
    'content-type': fault === 'wrong-type' ? 'text/plain' : 'text/event-stream; charset=utf-8',
    ...(fault === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
  });
  response.flushHeaders();
  if (fault === 'stall-headers') return await untilGone(gone);
  await wait(fault === 'slow-first-token' ? late : settings.firstTokenMs, undefined, { signal: gone });
  if (fault === 'comments') await write(`: OPENROUTER PROCESSING${line}${line}: keep-alive${line}${line}`);
  for (const delta of preface(fault)) await event(chunk(reply, delta, null));
  const tokens = fault === 'empty' ? [] : tokensOf(text);
  const half = Math.ceil(tokens.length / 2);
  let said = '';
  for (const [index, token] of withoutEnd(tokens, fault)) {
    if (index === half && (await failHalfway(reply, event))) return;
    if (fault === 'empty-choices' && index % 3 === 0) await event({ ...chunk(reply, {}, null), choices: [] });
    if (fault === 'comments' && index % 4 === 0) await write(`: keep-alive${line}${line}`);
    if (fault === 'garbage-line' && index === 2) await event('{"choices":[{"delta":{"con');
    said += token;
    reply.sent(token);
    await event(chunk(reply, deltaOf(fault, token, said), null));
    // Whoever goes away is noticed, also in an answer without end.
    if (settings.tokenMs > 0 || index % 8 === 7) await wait(settings.tokenMs, undefined, { signal: gone });
  }
  if (fault === 'whole-message') await event(messageBody(reply, 'stop'));
  if (fault !== 'no-finish') await event(chunk(reply, {}, finishOf(fault)));
  if (fault === 'usage-chunk') await event({ ...chunk(reply, {}, null), choices: [], usage: usageOf(text) });
  if (fault !== 'no-done' && fault !== 'no-finish' && fault !== 'json-lines') await event('[DONE]');
  if (fault === 'keep-alive-reset') reply.doom();
  if (fault === 'gzip') response.end(gzipSync(Buffer.concat(pieces)));
  else response.end();
}

async function failHalfway(reply: Reply, event: (value: unknown) => Promise<void>): Promise<boolean> {
  const { fault, response, gone } = reply;
  switch (fault) {
    case 'stall-middle':
      await untilGone(gone);
      return true;
    case 'cut-middle':
      // What was written is sent before.
      response.socket?.end();
      await untilGone(gone);
      return true;
    case 'error-middle':
      await event(errorBody('The server had an error while processing your request', 'server_error'));
      response.end();
      return true;
    case 'content-filter':
      await event(chunk(reply, {}, 'content_filter'));
      await event('[DONE]');
      response.end();
      return true;
    default:
      return false;
  }
}

function* withoutEnd(tokens: readonly string[], fault: SimulatedModelFault): Generator<[number, string]> {
  for (let round = 0; ; round++) {
    // Each sentence another one, by its own number in Chinese characters.
    if (fault === 'endless' && round > 0)
      yield [
        -1,
        Array.from({ length: 6 }, (_, at) =>
          String.fromCodePoint(0x4e_00 + ((round * 37 + at * 101) % 4_000)),
        ).join(''),
      ];
    for (const entry of tokens.entries()) yield entry;
    if (fault !== 'endless' && fault !== 'loop') return;
  }
}

function preface(fault: SimulatedModelFault): object[] {
  const role = { role: 'assistant', content: '' };
  switch (fault) {
    case 'null-content':
      return [{ role: 'assistant' }, { content: null }];
    case 'reasoning':
      return [
        role,
        { reasoning_content: '观众问价格，资料里写着，' },
        { reasoning: '我应该照着说九块九。', content: null },
      ];
    case 'think-tags':
      return [
        role,
        { content: '<thi' },
        { content: 'nk>观众想要便宜，我说九块九。</thi' },
        { content: 'nk>\n\n' },
      ];
    case 'tool-calls':
      return [
        role,
        { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      ];
    default:
      return [role];
  }
}

function deltaOf(fault: SimulatedModelFault, token: string, said: string): object {
  if (fault === 'content-array') return { content: [{ type: 'text', text: token }] };
  return { content: fault === 'cumulative' ? said : token };
}

function finishOf(fault: SimulatedModelFault): string {
  return fault === 'length' ? 'length' : 'stop';
}

function chunk({ model }: Reply, delta: object, finish: string | null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

function messageBody({ model, text }: Reply, finish: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: finish }],
    usage: usageOf(text),
  };
}

const usageOf = (text: string): object => ({
  prompt_tokens: 100,
  completion_tokens: tokensOf(text).length,
  total_tokens: 100 + tokensOf(text).length,
});

export function errorBody(message: string, code: string): object {
  return { error: { message, type: code, param: null, code } };
}

export function json(response: ServerResponse, status: number, body: object): void {
  whole(response, status, 'application/json', JSON.stringify(body));
}

function whole(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function untilGone(gone: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (gone.aborted) resolve();
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}
