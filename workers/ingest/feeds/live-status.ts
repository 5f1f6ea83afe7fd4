/** What is known of a room from what its feed says, for who waits to know it. */
export class LiveStatus<Status extends string> {
  #current: Status | undefined;
  #change = Promise.withResolvers<void>();

  get current(): Status | undefined {
    return this.#current;
  }

  set(status: Status): void {
    this.#current = status;
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }

  /** The first one, or undefined when none came in time, or when the signal says stop. */
  async known(signal: AbortSignal): Promise<Status | undefined> {
    if (this.#current !== undefined || signal.aborted) return this.#current;
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([this.#change.promise, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    return this.#current;
  }
}
