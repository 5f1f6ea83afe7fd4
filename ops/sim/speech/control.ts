import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './read-body.ts';
import type { SpeechRecord } from './truth-log.ts';

/** What may be asked of a simulated server and done to it from outside. */
export type SpeechControl = {
  readonly state: () => object;
  readonly since: (seq: number) => readonly SpeechRecord[];
  readonly faults: () => object;
  /** Throws a TypeError telling what is wrong with the input. */
  readonly changeFaults: (input: unknown) => void;
};

/**
 * Answers `/sim/`, also while the server is busy: GET `state`, `log?since=N` and `faults`; POST `faults` with a JSON body. What is wrong in a
 * request is answered with 400 and `{error}`.
 */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  control: SpeechControl,
): Promise<void> {
  const [path, query] = (request.url ?? '').split('?');
  try {
    switch (`${request.method} ${path}`) {
      case 'GET /sim/state':
        return answer(response, 200, control.state());
      case 'GET /sim/log': {
        const since = readSince(new URLSearchParams(query).get('since') ?? '0');
        const log = control.since(since);
        return answer(response, 200, { next: log.at(-1)?.seq ?? since, log });
      }
      case 'GET /sim/faults':
        return answer(response, 200, control.faults());
      case 'POST /sim/faults':
        control.changeFaults(JSON.parse((await readBody(request)).toString()));
        return answer(response, 200, control.faults());
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

function readSince(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new TypeError(`since must be a whole number, got "${text}"`);
  return Number(text);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}
