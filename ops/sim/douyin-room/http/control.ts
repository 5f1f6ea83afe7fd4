import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { describeIssues } from '../scenario/item.ts';
import type { SentRecord } from '../room/truth-log.ts';
import { readQuery } from '../room/handshake.ts';
import { FETCH_ANSWERS, ROOM_STATES, STALE, type RoomState } from './page.ts';
import type { Served } from './served.ts';

/** What may be done to the room from outside. */
export type RoomControl = {
  readonly describe: () => object;
  readonly sentSince: (n: number) => readonly SentRecord[];
  /** Says an item, or gives a whole `streak`; throws a TypeError telling what is wrong with the input. */
  readonly say: (input: unknown) => Promise<readonly SentRecord[]>;
  /** Causes a fault; answers on how many connections. */
  readonly fault: (input: unknown) => Promise<number>;
  readonly setState: (state: RoomState) => void;
  readonly served: Pick<Served, 'setStale' | 'fetchAnswer'>;
  readonly setPushServer: (list: string) => void;
  readonly endBroadcast: () => void;
  readonly newBroadcast: () => void;
};

const changeSchema = z.union([
  z.strictObject({ state: z.enum(ROOM_STATES) }),
  z.strictObject({ stale: z.enum(STALE) }),
  z.strictObject({ fetchAnswer: z.enum(FETCH_ANSWERS) }),
  /** What responses say of push servers; '' for nothing. */
  z.strictObject({ pushServer: z.string() }),
  z.strictObject({ broadcast: z.enum(['end', 'new']) }),
]);

/**
 * Answers `/sim/`: GET `sent?since=N` and `state`; POST `say`, `fault` and `state` with a JSON body. What is wrong in
 * a request is answered with 400 and `{error}`.
 */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  control: RoomControl,
): Promise<void> {
  try {
    const path = (request.url ?? '').split('?')[0];
    switch (`${request.method} ${path}`) {
      case 'GET /sim/sent': {
        const since = readSince(request.url ?? '');
        const sent = control.sentSince(since);
        return answer(response, 200, { next: sent.at(-1)?.n ?? since, sent });
      }
      case 'GET /sim/state':
        return answer(response, 200, control.describe());
      case 'POST /sim/state':
        change(await readBody(request), control);
        return answer(response, 200, control.describe());
      case 'POST /sim/say':
        return answer(response, 200, { sent: await control.say(await readBody(request)) });
      case 'POST /sim/fault':
        return answer(response, 200, { connections: await control.fault(await readBody(request)) });
      default:
        return answer(response, 404, { error: `There is no ${request.method} ${path}` });
    }
  } catch (error) {
    const wrongInput = error instanceof TypeError || error instanceof SyntaxError;
    answer(response, wrongInput ? 400 : 500, {
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

function change(input: unknown, control: RoomControl): void {
  const read = changeSchema.safeParse(input);
  if (!read.success) {
    const reason = describeIssues(read.error);
    throw new TypeError(
      `Give {"state": "${ROOM_STATES.join('|')}"}, {"broadcast": "end|new"}, {"stale": "${STALE.join('|')}"}, ` +
        `{"fetchAnswer": "${FETCH_ANSWERS.join('|')}"} or {"pushServer": "…"}: ${reason}`,
    );
  }
  if ('state' in read.data) control.setState(read.data.state);
  else if ('stale' in read.data) control.served.setStale(read.data.stale);
  else if ('fetchAnswer' in read.data) control.served.fetchAnswer = read.data.fetchAnswer;
  else if ('pushServer' in read.data) control.setPushServer(read.data.pushServer);
  else if (read.data.broadcast === 'end') control.endBroadcast();
  else control.newBroadcast();
}

function readSince(url: string): number {
  const since = readQuery(url).get('since') ?? '0';
  if (!/^\d{1,15}$/.test(since)) throw new TypeError(`since must be a whole number, got "${since}"`);
  return Number(since);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(part)) throw new TypeError('The body must come as bytes');
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new TypeError(`The body must not exceed ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch (cause) {
    throw new TypeError(`The body must be JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

const MAX_BODY_BYTES = 2 ** 20;

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}
