/** One piece of work that several wait for. It is given up when the last of them has left. */
export class Flight<T> {
  readonly #controller = new AbortController();
  readonly #result: Promise<T>;
  readonly #onEnd: (flight: Flight<T>) => void;
  #waiting = 0;
  #isOver = false;

  /** `onEnd` is called once: the work is done, has failed, or nobody waits for it any more. */
  constructor(work: (signal: AbortSignal) => Promise<T>, onEnd: (flight: Flight<T>) => void) {
    this.#onEnd = onEnd;
    this.#result = work(this.#controller.signal).finally(() => this.#end());
    // Whoever waits is told; that nobody does is no failure of anybody.
    this.#result.catch(() => undefined);
  }

  /** Its result or failure; the signal's reason when that says stop, which is nothing to the others. */
  async join(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#waiting += 1;
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([this.#result, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isOver) {
        this.#end();
        this.#controller.abort(signal.reason);
      }
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(this);
  }
}
