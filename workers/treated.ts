import type { JsMsg } from '@nats-io/jetstream';

/**
 * The messages that are being worked on right now. It is told before the work begins, over a pipe that the system keeps for a process
 * that dies, so that the supervisor knows which of them a worker may have died of.
 */
export class Treated {
  readonly #report: (acks: string[]) => void;
  readonly #acks = new Map<symbol, string[]>();

  constructor(report: (acks: string[]) => void) {
    this.#report = report;
  }

  hold(...messages: Pick<JsMsg, 'info'>[]): Disposable {
    const token = Symbol('treated');
    const acks = messages.flatMap((message) =>
      'reply' in message && typeof message.reply === 'string' ? [message.reply] : [],
    );
    this.#acks.set(token, acks);
    this.#tell();
    return {
      [Symbol.dispose]: () => {
        if (this.#acks.delete(token)) this.#tell();
      },
    };
  }

  #tell(): void {
    this.#report([...this.#acks.values()].flat());
  }
}
