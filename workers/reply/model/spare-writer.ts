import type { ModelConfig, ModelEndpointConfig } from '../../../protocol/reply/model-config.ts';
import type { Budget } from './budget.ts';
import { estimateTokens } from './budget.ts';
import type { ChatAnswer, ChatEndpoint } from './chat-endpoint.ts';
import { ModelError } from './model-fault.ts';
import type { Rest } from './rest.ts';
import { afterFault, rested } from './rest.ts';
import { endsSentence } from './stream-chunker.ts';

/** An endpoint, and whether it is asked for viewers. */
export interface Place {
  endpoint: ChatEndpoint;
  rest: Rest;
}

export interface SpareWriterOptions {
  config: Pick<ModelConfig, 'breaker' | 'totalMs'>;
  places: readonly Place[];
  budget: Budget;
  /** The budget has changed. */
  save: () => void;
}

export interface SpareRequest {
  /** With `messages`. */
  bodyFor: (endpoint: ModelEndpointConfig) => Record<string, unknown>;
  /** No viewer has asked for so long. */
  quietMs: number;
}

/**
 * `text`: all that the model wrote, thoughts included; `isCut`: it was not at its end. `not-now`: nobody was asked, or who was asked was
 * left because a viewer came; `why` is for the log. `tokens`: what it cost, roughly, whatever became of it.
 */
export type SpareAnswer =
  | { kind: 'text'; text: string; isCut: boolean; beginsThinking: boolean; endpoint: string; tokens: number }
  | { kind: 'failed'; detail: string; retryAfterMs: number; tokens: number }
  | { kind: 'not-now'; why: 'viewers' | 'resting' | 'rate' | 'budget' | 'stopped'; tokens: number };

/** Nobody wants that much; of thoughts there may be more than of text. */
const maxCharacters = 40_000;

/**
 * Asks the models for what no viewer waits for, one request at a time: only while no viewer asks, and given up as soon as one does. Its
 * failures are its own: they never make viewers go without an endpoint.
 */
export class SpareWriter {
  readonly #options: SpareWriterOptions;
  readonly #rests = new Map<Place, Rest>();
  #viewers = 0;
  #viewersAt = -Infinity;
  #writing: AbortController | undefined;

  constructor(options: SpareWriterOptions) {
    this.#options = options;
  }

  /** A viewer asks, until it is disposed. */
  giveWay(): Disposable {
    this.#viewers += 1;
    this.#writing?.abort(new Error('a viewer asks'));
    return {
      [Symbol.dispose]: () => {
        this.#viewers -= 1;
        this.#viewersAt = performance.now();
      },
    };
  }

  /** Throws nothing but its own mistakes. */
  async write({ bodyFor, quietMs }: SpareRequest, signal: AbortSignal): Promise<SpareAnswer> {
    const { config, places, budget, save } = this.#options;
    const now = performance.now();
    if (signal.aborted) return notNow('stopped');
    if (this.#writing) throw new Error('Something is being written already');
    if (this.#viewers > 0 || now - this.#viewersAt < quietMs) return notNow('viewers');
    const place = places.find((each) => each.rest.until <= now && this.#restOf(each).until <= now);
    if (!place) return notNow('resting');
    const refusal = budget.takeSpare(Date.now());
    if (refusal) return notNow(refusal === 'rate' ? 'rate' : 'budget');
    const writing = new AbortController();
    this.#writing = writing;
    const { endpoint } = place;
    const body = bodyFor(endpoint.config);
    const cost = { prompt: estimateTokens(JSON.stringify(body['messages'])), completion: 0 };
    const spent = () => cost.prompt + cost.completion;
    const written: string[] = [];
    try {
      const limits = { signal: AbortSignal.any([signal, writing.signal]), totalMs: config.totalMs };
      const { finish, usage } = await readAll(endpoint.ask(body, limits), (text) => {
        written.push(text);
        cost.completion += estimateTokens(text);
      });
      if (usage) Object.assign(cost, usage);
      this.#rests.set(place, rested(config.breaker));
      const { id, beginsThinking } = endpoint.config;
      const text = written.join('');
      return {
        kind: 'text',
        text,
        isCut: finish === 'length' || (finish === '' && !endsSentence(text.trimEnd())),
        beginsThinking,
        endpoint: id,
        tokens: spent(),
      };
    } catch (error) {
      if (signal.aborted) return notNow('stopped', spent());
      if (writing.signal.aborted) return notNow('viewers', spent());
      if (!(error instanceof ModelError)) throw error;
      const { code, message, retryAfterMs } = error;
      const rules = config.breaker;
      this.#rests.set(place, afterFault(this.#restOf(place), error, { now: performance.now(), rules }));
      const detail = `${endpoint.config.id}: ${code}: ${message}`;
      return { kind: 'failed', detail, retryAfterMs, tokens: spent() };
    } finally {
      this.#writing = undefined;
      budget.spend(spent(), Date.now());
      save();
    }
  }

  #restOf(place: Place): Rest {
    return this.#rests.get(place) ?? rested(this.#options.config.breaker);
  }
}

const notNow = (why: Extract<SpareAnswer, { kind: 'not-now' }>['why'], tokens = 0): SpareAnswer => ({
  kind: 'not-now',
  why,
  tokens,
});

async function readAll(
  answer: AsyncGenerator<string, ChatAnswer>,
  hear: (text: string) => void,
): Promise<ChatAnswer> {
  let length = 0;
  try {
    for (;;) {
      const next = await answer.next();
      if (next.done === true) return next.value;
      hear(next.value);
      length += next.value.length;
      if (length > maxCharacters)
        throw new ModelError('garbage', `the answer has more than ${maxCharacters} characters`);
    }
  } finally {
    void answer.return({ finish: '', usage: undefined }).catch(() => undefined);
  }
}
