import type { JsMsg } from '@nats-io/jetstream';

/** The messages that ended two workers which treated them, as the supervisor has told. */
export class Poison {
  #keys = new Set<string>();

  replace(keys: string[]): void {
    this.#keys = new Set(keys);
  }

  has({ info, seq }: Pick<JsMsg, 'info' | 'seq'>): boolean {
    return this.#keys.size > 0 && this.#keys.has(`${info.stream} ${seq}`);
  }
}
