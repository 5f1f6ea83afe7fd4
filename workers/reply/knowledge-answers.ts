import type { ModelConfig } from '../../protocol/reply/model-config.ts';
import type { ShopConfig } from '../../protocol/reply/shop-config.ts';
import type { Logger } from '../logger.ts';
import { splitSentences } from '../split-sentences.ts';
import type { BudgetStore } from './model/budget.ts';
import type { ModelChainOptions, ModelEnd } from './model/model-chain.ts';
import { ModelChain } from './model/model-chain.ts';
import type { SpareWriter } from './model/spare-writer.ts';
import type { OnShow } from './shop/choose-product.ts';
import { ShopBook } from './shop/shop-book.ts';
import { simplify } from './words/fold-character.ts';
import type { WordFilter } from './words/word-filter.ts';

/** What a viewer wrote, and what is being explained in the room. */
export interface Question {
  text: string;
  viewerId: string;
  nickname: string;
  onShow: OnShow | undefined;
}

/**
 * `none`: this knows nothing to say, `reason` tells why; with `isRefused` nobody should answer it, nor repeat what was written. Else the
 * clauses come as they are made: the first is there already.
 */
export type KnowledgeAnswer =
  | { from: 'none'; reason: string; isRefused: boolean }
  | {
      from: 'knowledge' | 'model';
      reason: string;
      clauses: AsyncIterable<string>;
      ended: Promise<ModelEnd | undefined>;
    };

export interface KnowledgeAnswersOptions {
  config: { shop: ShopConfig; model: ModelConfig };
  words: WordFilter;
  /** From where files are found. */
  folder: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Tells the person at the terminal. */
  notice?: ((level: 'info' | 'warn', text: string) => void) | undefined;
  /** Keeps what models have used today; undefined: it is forgotten with the process. */
  store?: BudgetStore | undefined;
  /** Hears how each question to a model ended. */
  onModelEnd?: ModelChainOptions['onEnd'];
}

/** Of 666, of pictures, and of what stands for them ([赞]) there is nothing to ask a model. */
const isWritten = (text: string): boolean => /\p{L}/u.test(text.replaceAll(/\[[^\]\n]{1,8}\]/gu, ''));

/** Answers from what the shop knows, else from a model that is held to it. Comes behind the rules and before the templates. */
export class KnowledgeAnswers implements AsyncDisposable {
  readonly #options: KnowledgeAnswersOptions;
  readonly #book: ShopBook;
  readonly #model: ModelChain;
  readonly #ending = new AbortController();
  readonly #following: Promise<void>;

  private constructor(options: KnowledgeAnswersOptions, book: ShopBook, model: ModelChain) {
    this.#options = options;
    this.#book = book;
    this.#model = model;
    this.#following = book.follow(this.#ending.signal);
  }

  /** Throws ConfigurationError. */
  static async open(options: KnowledgeAnswersOptions): Promise<KnowledgeAnswers> {
    const { config, words, folder, log, notice, store, onModelEnd: onEnd } = options;
    const book = await ShopBook.open({ config: config.shop, folder, log, notice });
    const model = await ModelChain.open({ config: config.model, words, log, store, onEnd });
    return new KnowledgeAnswers(options, book, model);
  }

  /** The models, for what no viewer waits for. */
  get spareWriter(): SpareWriter {
    return this.#model.spare;
  }

  /** Takes no longer than a model may take for its first clause. Throws only the signal's reason. */
  async answer(
    { text, viewerId, nickname, onShow }: Question,
    signal: AbortSignal,
  ): Promise<KnowledgeAnswer> {
    const { words, config } = this.#options;
    const blocked = words.check(text).findings.find(({ category }) => category === 'block');
    if (blocked) return { from: 'none', reason: `${blocked.list}: ${blocked.word}`, isRefused: true };
    const found = this.#book.index.retrieve(simplify(text), onShow);
    const { answer, reason } = found;
    const known = answer === undefined ? undefined : this.#fromShop(answer, reason);
    const asksModel =
      isWritten(text) &&
      !this.#model.isEmpty &&
      (known === undefined || (config.model.asks === 'all' && !found.asksBack));
    if (!asksModel) return known ?? { from: 'none', reason, isRefused: false };
    const name = words.check(nickname);
    const context = { viewerId, nickname: name.findings.length > 0 ? '' : nickname };
    const facts = answer === undefined || found.asksBack ? found.facts : [answer, ...found.facts];
    const generator = this.#model.ask(text, facts, context, signal);
    const first = await generator.next();
    signal.throwIfAborted();
    if (first.done === true) {
      const { reason: why, detail } = first.value;
      return (
        known ?? {
          from: 'none',
          reason: `${reason}; model ${why}${detail && `: ${detail}`}`,
          isRefused: false,
        }
      );
    }
    const ended = Promise.withResolvers<ModelEnd | undefined>();
    return {
      from: 'model',
      reason,
      clauses: rest(first.value, generator, ended.resolve),
      ended: ended.promise,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#following;
    await this.#model[Symbol.asyncDispose]();
  }

  /** Undefined when a word in it blocks: that is the operator's to mend. */
  #fromShop(answer: string, reason: string): KnowledgeAnswer | undefined {
    const { words, log } = this.#options;
    const checked = words.check(answer);
    if (checked.isBlocked) {
      log.warn(
        { answer, findings: checked.findings },
        'an answer of the shop holds a word that must not be said',
      );
      return undefined;
    }
    const clauses = splitSentences(checked.text, { quick: true });
    return { from: 'knowledge', reason, clauses: each(clauses), ended: Promise.resolve(undefined) };
  }
}

async function* rest(
  first: string,
  generator: AsyncGenerator<string, ModelEnd>,
  tell: (end: ModelEnd | undefined) => void,
): AsyncGenerator<string, void> {
  try {
    yield first;
    for (;;) {
      const next = await generator.next();
      if (next.done === true) return tell(next.value);
      yield next.value;
    }
  } finally {
    await generator.return(undefined as never);
    tell(undefined);
  }
}

async function* each(clauses: string[]): AsyncGenerator<string, void> {
  yield* clauses;
}
