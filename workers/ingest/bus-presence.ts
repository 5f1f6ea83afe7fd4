import type { NatsConnection } from '@nats-io/transport-node';

/** Whether the connection to the bus stands, told at once to who has to put something in order when it changes. */
export class BusPresence {
  #isAway = false;
  readonly #listeners = new Set<() => void>();

  constructor(connection: Pick<NatsConnection, 'status'>) {
    void this.#watch(connection);
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Calls with each change; the answer ends that. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Ends with the connection. */
  async #watch(connection: Pick<NatsConnection, 'status'>): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      this.#isAway = type === 'disconnect';
      for (const tell of this.#listeners) tell();
    }
  }
}
