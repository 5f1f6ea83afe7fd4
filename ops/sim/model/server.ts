import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  isModelFault,
  modelFaultNames,
  type SimulatedModelFault,
} from '../../../protocol/simulated-model-faults.ts';
import { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import { readBody } from '../speech/read-body.ts';
import { composeAnswer, readAsked } from './compose.ts';
import { errorBody, json, sendReply } from './send.ts';
import { defaultModelSettings, type ModelSettings } from './settings.ts';

/** One request that is over. */
export type ModelRecord = {
  readonly seq: number;
  /** When it came; unix time in ms. */
  readonly at: number;
  readonly fault: SimulatedModelFault;
  readonly status: number;
  readonly authorization: boolean;
  readonly body: unknown;
  /** What the answer is, and how much of it was sent. */
  readonly text: string;
  readonly sent: string;
  /** When each token was sent, on the clock of this process. */
  readonly sentAt: readonly number[];
  readonly totalMs: number;
  /** The client went away before the answer was complete. */
  readonly aborted: boolean;
};

/** Opens a simulated language model on 127.0.0.1. A request asks for a fault with the header `x-sim-fault` or with `#fault:NAME` in its text. */
export async function openModel(options: Partial<ModelSettings> = {}): Promise<ModelServer> {
  const settings = { ...defaultModelSettings, ...options };
  const http = createServer({ keepAliveTimeout: 120_000 });
  const file = settings.logFile === '' ? undefined : openSync(settings.logFile, 'a');
  http.listen(settings.port, '127.0.0.1');
  await once(http, 'listening');
  return new ModelServer(settings, http, file);
}

/** Speaks OpenAI's chat completions, fails as it is told, and writes down what it did. */
export class ModelServer implements AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly url: string;
  readonly #settings: ModelSettings;
  readonly #http: Server;
  readonly #file: number | undefined;
  readonly #random: SeededRandom;
  readonly #closing = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  readonly #doomed = new WeakSet<Socket>();
  readonly #work = new Set<Promise<void>>();
  readonly #records: ModelRecord[] = [];
  #next: SimulatedModelFault[] = [];
  #always: SimulatedModelFault;
  #faults: ModelSettings['faults'];
  #requests = 0;
  #isClosed = false;

  /** Use {@link openModel}. */
  constructor(settings: ModelSettings, http: Server, file: number | undefined) {
    const place = http.address();
    this.port = typeof place === 'object' && place ? place.port : 0;
    this.address = `127.0.0.1:${this.port}`;
    this.url = `http://${this.address}`;
    this.#settings = settings;
    this.#http = http;
    this.#file = file;
    this.#random = new SeededRandom(settings.seed);
    this.#always = settings.always;
    this.#faults = settings.faults;
    // Whoever waits for the end hears of it.
    this.#done.promise.catch(() => undefined);
    http.on('request', (request, response) => this.#track(this.#receive(request, response)));
  }

  /** Requests that are over, oldest first. */
  log(since = 0): readonly ModelRecord[] {
    return this.#records.filter(({ seq }) => seq > since);
  }

  state(): object {
    return { port: this.port, isListening: !this.#isClosed, requests: this.#requests, always: this.#always };
  }

  /** Faults for the requests to come: these first, in their order; then `always`, else by share. */
  changeFaults(change: {
    next?: readonly SimulatedModelFault[];
    always?: SimulatedModelFault;
    probabilities?: ModelSettings['faults'];
  }): void {
    this.#next.push(...(change.next ?? []));
    this.#always = change.always ?? this.#always;
    this.#faults = change.probabilities ?? this.#faults;
  }

  async untilDone(): Promise<void> {
    await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closing.abort(new Error('The simulated model was closed'));
    const closed = once(this.#http, 'close');
    this.#http.close();
    this.#http.closeAllConnections();
    await Promise.all([closed, ...this.#work]);
    if (this.#file !== undefined) closeSync(this.#file);
    this.#done.resolve();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    if (this.#doomed.has(request.socket)) return void request.socket.resetAndDestroy();
    const [path = ''] = (request.url ?? '').split('?');
    const route = `${request.method} ${path}`;
    if (path.startsWith('/sim/')) return await this.#control(route, request, response);
    const key = String(request.headers.authorization ?? '');
    if (this.#settings.apiKey !== '' && key !== `Bearer ${this.#settings.apiKey}`)
      return json(response, 401, errorBody('Incorrect API key provided', 'invalid_api_key'));
    if (request.method === 'GET' && path.endsWith('/models'))
      return json(response, 200, {
        object: 'list',
        data: [{ id: 'simulated', object: 'model', owned_by: 'sim' }],
      });
    if (request.method !== 'POST' || !path.endsWith('/chat/completions'))
      return json(response, 404, errorBody(`Invalid URL (${route})`, 'invalid_request_error'));
    await this.#answer(request, response, key);
  }

  async #answer(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
    const at = Date.now();
    const begun = performance.now();
    const leaving = new AbortController();
    response.once('close', () => leaving.abort(new Error('The client went away')));
    const gone = AbortSignal.any([leaving.signal, this.#closing.signal]);
    this.#requests += 1;
    const body = parse((await readBody(request)).toString());
    const asked = readAsked(body);
    const fault = this.#draw(request.headers['x-sim-fault'], asked.user);
    const text = composeAnswer(asked, fault, this.#settings.answer);
    const sentAt: number[] = [];
    let sent = '';
    const model = typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : '';
    const doom = () => void this.#doomed.add(request.socket);
    try {
      await sendReply({
        response,
        fault,
        text,
        model,
        key,
        settings: this.#settings,
        gone,
        doom,
        sent: (token) => {
          if (sentAt.length < 10_000) sentAt.push(performance.now());
          sent = (sent + token).slice(0, 10_000);
        },
      });
    } catch (error) {
      if (!gone.aborted) throw error;
    } finally {
      const aborted = leaving.signal.aborted && !response.writableFinished;
      this.#note({
        at,
        fault,
        status: response.statusCode,
        authorization: key !== '',
        body,
        text,
        sent,
        sentAt,
        totalMs: performance.now() - begun,
        aborted,
      });
    }
  }

  #draw(header: string | string[] | undefined, user: string): SimulatedModelFault {
    const asked = typeof header === 'string' ? header : (/#fault:([\w-]+)/.exec(user)?.[1] ?? '');
    if (isModelFault(asked)) return asked;
    const queued = this.#next.shift();
    if (queued) return queued;
    if (this.#always !== 'ok') return this.#always;
    let left = this.#random.next();
    for (const name of modelFaultNames) {
      left -= this.#faults[name] ?? 0;
      if (left < 0) return name;
    }
    return 'ok';
  }

  #note(entry: Omit<ModelRecord, 'seq'>): void {
    const record = { seq: (this.#records.at(-1)?.seq ?? 0) + 1, ...entry };
    this.#records.push(record);
    if (this.#records.length > this.#settings.logLimit) this.#records.shift();
    if (this.#file !== undefined && !this.#isClosed) writeSync(this.#file, `${JSON.stringify(record)}\n`);
  }

  async #control(route: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (route === 'GET /sim/state') return json(response, 200, this.state());
    if (route === 'GET /sim/log') return json(response, 200, { log: this.log() });
    if (route !== 'POST /sim/faults') return json(response, 404, { error: `There is no ${route}` });
    const change = parse((await readBody(request)).toString());
    const names = faultNamesIn(change);
    const wrong = names.find((name) => !isModelFault(name));
    if (wrong !== undefined) return json(response, 400, { error: `There is no fault "${wrong}"` });
    this.changeFaults(change as Parameters<ModelServer['changeFaults']>[0]);
    json(response, 200, this.state());
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#done.reject(error))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}

function faultNamesIn(change: unknown): string[] {
  if (typeof change !== 'object' || change === null) return ['(no object)'];
  const {
    next = [],
    always,
    probabilities = {},
  } = change as { next?: unknown; always?: unknown; probabilities?: object };
  return [
    ...(Array.isArray(next) ? next.map(String) : ['(no list)']),
    ...(always === undefined ? [] : [typeof always === 'string' ? always : '(no text)']),
    ...Object.keys(probabilities),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
