import type { ModelConfig } from '../../../protocol/reply/model-config.ts';
import type { Logger } from '../../logger.ts';
import type { WordFilter } from '../words/word-filter.ts';
import type { BudgetStore } from './budget.ts';
import { Budget, estimateTokens } from './budget.ts';
import { ChatEndpoint } from './chat-endpoint.ts';
import { chatBody } from './chat-request.ts';
import { ClauseJudge } from './clause-judge.ts';
import { ClauseStream } from './clause-stream.ts';
import type { ModelFault } from './model-fault.ts';
import { ModelError } from './model-fault.ts';
import { afterFault, rested } from './rest.ts';
import type { Place } from './spare-writer.ts';
import { SpareWriter } from './spare-writer.ts';
import { endsSentence } from './stream-chunker.ts';
import { ViewerMemory } from './viewer-memory.ts';

/**
 * How an answer ended. `complete`; `shortened`: it was too long, and ends with a sentence; `guarded`: what came next must not be said;
 * `broken`: the model failed after its first clause, and what was not complete is left out. With no clause at all: `failed` (all endpoints),
 * `guarded`, `no-budget`, `no-endpoint` (none, or all are left alone), `aborted`.
 */
export type ModelEndReason =
  'complete' | 'shortened' | 'guarded' | 'broken' | 'failed' | 'no-budget' | 'no-endpoint' | 'aborted';

export interface ModelEnd {
  reason: ModelEndReason;
  /** What was objected to, which budget, what went wrong; '' when all is well. */
  detail: string;
  /** Id of the endpoint that answered; '' when none did. */
  endpoint: string;
  clauses: number;
  /** From the question on; -1: never. */
  firstTokenMs: number;
  firstClauseMs: number;
  totalMs: number;
  /** As the server counts, else roughly. */
  tokens: { prompt: number; completion: number };
  /** Endpoints that failed before the one that answered. */
  tries: { endpoint: string; fault: ModelFault; detail: string }[];
}

export interface ModelContext {
  viewerId: string;
  nickname: string;
}

export interface ModelChainOptions {
  config: ModelConfig;
  words: WordFilter;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Keeps what the day has used. */
  store: BudgetStore | undefined;
  /** Hears how each question ended, with what is left of the day. */
  onEnd?: ((end: ModelEnd, left: ReturnType<Budget['left']>) => void) | undefined;
}

/** Endpoints in their order, and all that has to be right before anything of what they say is heard. */
export class ModelChain implements AsyncDisposable {
  readonly #options: ModelChainOptions;
  readonly #endpoints: Place[];
  readonly #budget: Budget;
  readonly #memory: ViewerMemory;
  /** For what no viewer waits for. */
  readonly spare: SpareWriter;
  #saving: Promise<void> = Promise.resolve();
  #isSaveWaiting = false;

  private constructor(options: ModelChainOptions, budget: Budget) {
    const { config } = options;
    this.#options = options;
    this.#budget = budget;
    this.#memory = new ViewerMemory(config.memory);
    this.#endpoints = config.endpoints.map((endpoint) => ({
      endpoint: new ChatEndpoint(endpoint, config),
      rest: rested(config.breaker),
    }));
    const save = () => this.#save();
    this.spare = new SpareWriter({ config, places: this.#endpoints, budget, save });
  }

  static async open(options: ModelChainOptions): Promise<ModelChain> {
    const { config, log, store } = options;
    const used = await store?.load().catch((error: unknown) => {
      log.warn({ err: error }, 'what models have used today is not known');
      return undefined;
    });
    return new ModelChain(options, new Budget(config, used, Date.now()));
  }

  get isEmpty(): boolean {
    return this.#endpoints.length === 0;
  }

  /**
   * The answer, clause by clause, each as soon as it is complete and may be said; then how it ended. Never throws but for its own mistakes. `facts` are
   * all that may be said of numbers and promises. Who stops reading ends the request.
   */
  async *ask(
    question: string,
    facts: readonly string[],
    { viewerId, nickname }: ModelContext,
    signal: AbortSignal,
  ): AsyncGenerator<string, ModelEnd> {
    const { config, words } = this.#options;
    const begunAt = performance.now();
    using _asking = this.spare.giveWay();
    const end: ModelEnd = {
      reason: 'no-endpoint',
      detail: '',
      endpoint: '',
      clauses: 0,
      firstTokenMs: -1,
      firstClauseMs: -1,
      totalMs: 0,
      tokens: { prompt: 0, completion: 0 },
      tries: [],
    };
    const said: string[] = [];
    const chatQuestion = { question, nickname, facts, turns: this.#memory.recall(viewerId) };
    try {
      for (const place of this.#endpoints) {
        const { endpoint } = place;
        if (place.rest.until > performance.now()) continue;
        const leftMs = config.totalMs - (performance.now() - begunAt);
        if (leftMs <= 0) break;
        const refusal = this.#budget.take(Date.now());
        if (refusal) {
          if (end.tries.length === 0) Object.assign(end, { reason: 'no-budget', detail: refusal });
          break;
        }
        const body = chatBody(config, endpoint.config, chatQuestion);
        const judge = new ClauseJudge(config, facts);
        const { beginsThinking } = endpoint.config;
        const clauses = new ClauseStream({
          words,
          judge,
          beginsThinking,
          maxCharacters: config.maxCharacters,
        });
        const tokens = { prompt: estimateTokens(JSON.stringify(body['messages'])), completion: 0 };
        try {
          using answer = closing(endpoint.ask(body, { signal, totalMs: leftMs }));
          for (;;) {
            const next = await answer.generator.next();
            if (next.done === true) {
              if (next.value.usage) Object.assign(tokens, next.value.usage);
              clauses.end(next.value.finish);
            } else {
              if (end.firstTokenMs < 0) end.firstTokenMs = performance.now() - begunAt;
              tokens.completion += estimateTokens(next.value);
              clauses.push(next.value);
            }
            for (const clause of clauses.take()) {
              if (said.length === 0) end.firstClauseMs = performance.now() - begunAt;
              said.push(clause);
              yield clause;
            }
            if (next.done === true || clauses.verdict.reason !== 'open') break;
          }
          const { reason, detail } = clauses.verdict;
          if (said.length === 0 && reason !== 'guarded')
            throw new ModelError('empty', 'not a word that can be said');
          place.rest = rested(config.breaker);
          end.endpoint = endpoint.config.id;
          Object.assign(end, { reason: reason === 'open' ? 'complete' : reason, detail });
          break;
        } catch (error) {
          if (signal.aborted) {
            Object.assign(end, { reason: 'aborted', detail: 'nobody waits any more' });
            break;
          }
          if (!(error instanceof ModelError)) throw error;
          place.rest = afterFault(place.rest, error, { now: performance.now(), rules: config.breaker });
          this.#options.log.warn(
            { endpoint: endpoint.config.id, fault: error.code, detail: error.message },
            'a model failed',
          );
          if (said.length > 0) {
            end.endpoint = endpoint.config.id;
            Object.assign(end, { reason: 'broken', detail: `${error.code}: ${error.message}` });
            break;
          }
          end.tries.push({ endpoint: endpoint.config.id, fault: error.code, detail: error.message });
          Object.assign(end, { reason: 'failed', detail: `${error.code}: ${error.message}` });
        } finally {
          end.tokens.prompt += tokens.prompt;
          end.tokens.completion += tokens.completion;
          this.#budget.spend(tokens.prompt + tokens.completion, Date.now());
        }
      }
      const last = said.at(-1);
      if (last !== undefined && !endsSentence(last) && end.reason !== 'aborted' && config.closing !== '') {
        said.push(config.closing);
        yield config.closing;
      }
    } finally {
      if (said.length > 0 && end.reason === 'no-endpoint')
        Object.assign(end, { reason: 'aborted', detail: 'nobody waits any more' });
      Object.assign(end, { clauses: said.length, totalMs: performance.now() - begunAt });
      this.#options.onEnd?.(end, this.#budget.left(Date.now()));
      this.#save();
    }
    this.#memory.remember(viewerId, { question, answer: said.join('') });
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#endpoints.map(async ({ endpoint }) => await endpoint[Symbol.asyncDispose]()));
    await this.#saving;
  }

  /** One at a time, with what is true then. */
  #save(): void {
    const { store, log } = this.#options;
    if (!store || this.#isSaveWaiting) return;
    this.#isSaveWaiting = true;
    this.#saving = this.#saving
      .then(async () => {
        this.#isSaveWaiting = false;
        const own = this.#budget.use;
        const all = await store.save(own);
        if (all) this.#budget.adopt(all, own);
      })
      .catch((error: unknown) => log.warn({ err: error }, 'what models have used today could not be saved'));
  }
}

/** Ends a generator with the scope, however that is left. */
function closing<T, R>(generator: AsyncGenerator<T, R>): { generator: AsyncGenerator<T, R> } & Disposable {
  return {
    generator,
    [Symbol.dispose]() {
      void generator.return(undefined as R).catch(() => undefined);
    },
  };
}
