interface LivenessOptions {
  everyMs: number;
  /** False: not now, such as while the reader is behind. */
  ask(): boolean;
  onLost(): void;
}

/**
 * Finds out that the other side is gone without a word, in a feed where silence means nothing: it asks for a sign of life, and gives up
 * after two turns without any. One that has never answered a question is not judged by it.
 */
export class Liveness implements Disposable {
  readonly #options: LivenessOptions;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #answers = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#turn(), this.#options.everyMs).unref();
  }

  heard(): void {
    this.#unanswered = 0;
  }

  answered(): void {
    this.#answers = true;
    this.#unanswered = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #turn(): void {
    if (this.#answers && this.#unanswered >= 2) return this.#options.onLost();
    if (this.#options.ask()) this.#unanswered += 1;
    else this.#unanswered = 0;
  }
}
