import type { Consumer, JetStreamClient } from '@nats-io/jetstream';
import type { BusOutage } from './bus-outage.ts';
import { rehearsePull } from './rehearse-pull.ts';

/** Handles of durable consumers, asked for once: a round trip that the first work of a promoted spare need not wait for. */
export class ConsumerHandles {
  readonly #js: JetStreamClient;
  readonly #outage: BusOutage;
  readonly #known = new Map<string, Consumer>();
  readonly #rehearsed = new Set<string>();

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

  /** With all code loaded that asks it for work, unless in a hurry. */
  async prepare(stream: string, name: string, how: 'work' | 'take' | 'hurry'): Promise<void> {
    const like = await this.get(stream, name);
    if (how === 'hurry' || this.#rehearsed.has(how)) return;
    this.#rehearsed.add(how);
    await rehearsePull({ js: this.#js, like, how, outage: this.#outage });
  }

  /** It failed: the server may have another one by now. */
  forget(stream: string, name: string): void {
    this.#known.delete(`${stream} ${name}`);
  }
}
