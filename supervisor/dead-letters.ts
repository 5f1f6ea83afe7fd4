import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { headers } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { encode } from '../protocol/codec.ts';
import { deadSubject } from '../protocol/subjects.ts';
import { parseAckSubject } from './ack-subject.ts';

export interface DeadLettersOptions {
  connection: () => NatsConnection | undefined;
  log: Logger;
}

const timeoutMs = 3_000;
/** Some ten minutes, longer than any bus is away that comes back. */
const tries = 50;
const retryMs = { first: 1_000, most: 15_000 };

/** Copies poison messages to the stream DEAD, with what is known about why. What is done with the original is the workers' business. */
export class DeadLetters {
  readonly #options: DeadLettersOptions;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Never throws; while the bus is away it is tried again, and a copy that cannot be made for long is logged. */
  async keep(ack: string, reason: string): Promise<void> {
    const { connection, log } = this.#options;
    const message = parseAckSubject(ack);
    if (!message) return;
    const { stream, seq, consumer, key } = message;
    for (let left = tries; left > 0; left--) {
      try {
        const bus = connection();
        if (!bus) throw new Error('the bus is not there');
        const manager = await jetstreamManager(bus, { checkAPI: false, timeout: timeoutMs });
        const original = await manager.streams.getMessage(stream, { seq });
        if (!original) return log.warn({ key }, 'a poison message is no longer in its stream');
        const letter = {
          stream,
          seq,
          subject: original.subject,
          reason,
          payload: original.data,
          at: Date.now(),
        };
        const extra = headers();
        extra.set('Onair-Type', 'dead');
        extra.set('Onair-Reason', reason.replaceAll(/[^\x20-\x7e]/g, '?'));
        const options = { msgID: `dead:${key}:${consumer}`, headers: extra, timeout: timeoutMs };
        await jetstream(bus).publish(deadSubject(stream), encode('dead', letter), options);
        return log.error({ key, consumer, reason }, 'poison message kept in DEAD');
      } catch (error) {
        log.warn({ err: error, key }, 'poison message not kept in DEAD');
        const waitMs = Math.min(retryMs.first * 1.3 ** (tries - left), retryMs.most);
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  }
}
