import type { Topic } from './topic.ts';

/** The product that the streamer shows at this moment, as far as the platform tells. */
export interface ShownProduct {
  id: string;
  title: string;
  /** As the platform writes it; empty: it does not say. */
  price: string;
  /** Its number in the list; 0: none. */
  index: number;
  /** Since when, in unix milliseconds. */
  at: number;
}

/** What a viewer wrote and was answered, for what follows on it. */
export interface Exchange {
  viewer: string;
  question: string;
  answer: string;
  /** Unix milliseconds. */
  at: number;
}

/** What is known besides when a topic is answered. */
export interface AnswerContext {
  room: string;
  /** Unix milliseconds. */
  now: number;
  shown: ShownProduct | undefined;
  /** Viewers in the room; undefined: the platform has not said. */
  viewers: number | undefined;
  /** What the viewers of this topic were answered lately, oldest first. */
  recent: readonly Exchange[];
  /** In [0, 1). */
  random: () => number;
}

/**
 * `text` is said as a whole, or, when it comes in pieces, each piece as soon as it is there: every piece has to be a clause that can
 * stand alone. The iteration is ended (`return`) when nobody wants the rest; should it throw, the answer ends with the last piece.
 */
export interface Answer {
  text: string | AsyncIterable<string>;
  /** Where it came from, for the log and for who tries it: `rule price`, `template chat`. */
  from: string;
  /** Who wrote it: texts of the configuration are trusted further than a model's. */
  author: 'script' | 'model';
}

/** Nobody answers, and nobody else is asked: on purpose, for this reason. */
export interface Silence {
  silent: string;
  from: string;
}

/**
 * One way to an answer. Undefined: none from here, ask the next. Also asked while other topics are, several at once; it has to keep
 * to its own deadlines. Throws what is a failure, which is logged, and the next is asked; and when the signal says stop.
 */
export interface Answerer {
  readonly name: string;
  answer(topic: Topic, context: AnswerContext, signal: AbortSignal): Promise<Answer | Silence | undefined>;
}

/** Asks one after the other; the first answer counts. `onFailure` hears of those that failed. */
export class AnswerChain implements Answerer {
  readonly name = 'chain';
  readonly #answerers: readonly Answerer[];
  readonly #onFailure: (error: unknown, name: string) => void;

  constructor(answerers: readonly Answerer[], onFailure: (error: unknown, name: string) => void) {
    this.#answerers = answerers;
    this.#onFailure = onFailure;
  }

  async answer(
    topic: Topic,
    context: AnswerContext,
    signal: AbortSignal,
  ): Promise<Answer | Silence | undefined> {
    for (const answerer of this.#answerers) {
      try {
        const answer = await answerer.answer(topic, context, signal);
        if (answer) return answer;
      } catch (error) {
        signal.throwIfAborted();
        this.#onFailure(error, answerer.name);
      }
    }
    return undefined;
  }
}
