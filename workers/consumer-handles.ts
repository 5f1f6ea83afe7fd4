import type { Consumer, JetStreamClient } from '@nats-io/jetstream';
import type { BusOutage } from './bus-outage.ts';

/** Handles of durable consumers, asked for once: a round trip that the first work of a promoted spare need not wait for. */
export class ConsumerHandles {
  readonly #js: JetStreamClient;
  readonly #outage: BusOutage;
  readonly #known = new Map<string, Consumer>();

  constructor(js: JetStreamClient, outage: BusOutage) {
    this.#js = js;
    this.#outage = outage;
  }

  async get(stream: string, name: string): Promise<Consumer> {
    const key = `${stream} ${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    const found = await this.#outage.orLost(this.#js.consumers.get(stream, name));
    this.#known.set(key, found);
    return found;
  }

  /** It failed: the server may have another one by now. */
  forget(stream: string, name: string): void {
    this.#known.delete(`${stream} ${name}`);
  }
}
