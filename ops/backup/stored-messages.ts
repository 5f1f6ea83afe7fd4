import {
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { delay } from '../../workers/delay.ts';
import { consumeToEnd } from './consume-to-end.ts';

/** A stream as it was at one moment. */
export interface StreamMoment {
  firstSeq: number;
  /** 0: nothing was ever in it, or there is no such stream. */
  lastSeq: number;
}

const attempts = 3;
const retryMs = 500;
const requestTimeoutMs = 10_000;

/** The streams of a bus as bytes: what is not ours is read like everything else. Needs no more than the operator's rights. */
export class StoredMessages {
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;

  private constructor(js: JetStreamClient, manager: JetStreamManager) {
    this.#js = js;
    this.#manager = manager;
  }

  static async open(connection: NatsConnection): Promise<StoredMessages> {
    const options = { checkAPI: false, timeout: requestTimeoutMs };
    return new StoredMessages(jetstream(connection, options), await jetstreamManager(connection, options));
  }

  async look(stream: string): Promise<StreamMoment> {
    try {
      const { state } = await this.#manager.streams.info(stream);
      return { firstSeq: state.first_seq, lastSeq: state.last_seq };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
        return { firstSeq: 0, lastSeq: 0 };
      throw new Error(`Cannot read ${stream}: the bus does not say what is in it`, { cause: error });
    }
  }

  /**
   * The messages of a stream from one sequence to another, both included, that are still there when their turn comes. Goes on over
   * a restart of the server; throws when the bus stays away.
   */
  async *read(
    stream: string,
    { fromSeq, upToSeq, signal }: { fromSeq: number; upToSeq: number; signal: AbortSignal },
  ): AsyncGenerator<JsMsg> {
    let next = Math.max(1, fromSeq);
    let failures = 0;
    let cause: unknown;
    while (next <= upToSeq) {
      signal.throwIfAborted();
      const began = next;
      try {
        const consumer = await this.#js.consumers.get(stream, {
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: next,
        });
        let pending = (await consumer.info()).num_pending;
        if (pending === 0) return;
        for await (const message of consumeToEnd(consumer, signal)) {
          if (message.seq > upToSeq) return;
          next = message.seq + 1;
          pending = message.info.pending;
          yield message;
          if (next > upToSeq) return;
        }
        if (pending === 0) return;
      } catch (error) {
        signal.throwIfAborted();
        cause = error;
      }
      if (next > upToSeq) return;
      failures = next > began ? 1 : failures + 1;
      if (failures >= attempts)
        throw new Error(`Cannot read ${stream} beyond message ${next - 1}: the bus does not answer`, {
          cause,
        });
      await delay(retryMs, signal);
    }
  }
}
