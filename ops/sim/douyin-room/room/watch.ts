type Waiter<T> = {
  readonly test: (value: T) => boolean;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
};

/** Lets callers await the first value that passes a test, among values that are announced one by one. */
export class Watch<T> {
  readonly #waiters = new Set<Waiter<T>>();
  #closed: Error | undefined;

  /** How many callers are waiting. */
  get size(): number {
    return this.#waiters.size;
  }

  announce(value: T): void {
    for (const waiter of this.#waiters) if (waiter.test(value)) waiter.resolve(value);
  }

  /** Rejects whoever waits, and whoever comes later, with the reason. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const waiter of this.#waiters) waiter.reject(this.#closed);
  }

  /** Resolves with the first value announced from now on that passes the test; rejects on abort or close. */
  async until(test: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { test, resolve, reject };
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiters.add(waiter);
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal?.removeEventListener('abort', abort);
    }
  }
}
