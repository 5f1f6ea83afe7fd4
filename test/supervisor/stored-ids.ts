import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** Message ids of a stream, in order. */
export async function storedIds(connection: NatsConnection, stream: string): Promise<string[]> {
  const manager = await jetstreamManager(connection);
  const ids: string[] = [];
  const { state } = await manager.streams.info(stream);
  if (state.messages === 0) return ids;
  const consumer = await jetstream(connection).consumers.get(stream);
  const messages = await consumer.consume();
  for await (const message of messages) {
    ids.push(message.headers?.get('Nats-Msg-Id') ?? '');
    if (message.seq >= state.last_seq) break;
  }
  await messages.close();
  return ids;
}

/** Publishes one id after another until stopped, each until it is acked, and remembers which were. */
export class SteadyPublisher {
  readonly acked: string[] = [];
  readonly failures = new Map<string, number>();
  readonly #connection: NatsConnection;
  readonly #waiting = new Set<{ after: number; resolve: () => void }>();
  #refusal: { words: string; resolve: () => void } | undefined;
  #running = true;

  /** Of the messages that are published from now on. */
  bytes: number;

  constructor(connection: NatsConnection, bytes = 100) {
    this.#connection = connection;
    this.bytes = bytes;
    this.done = this.#run();
  }

  readonly done: Promise<void>;

  /** Returns when `count` more are acked. */
  async more(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add({ after: this.acked.length + count, resolve });
    await promise;
  }

  /** Returns when a publish has been refused with such words. */
  async refused(words: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#refusal = { words, resolve };
    await promise;
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.done;
  }

  async #run(): Promise<void> {
    const js = jetstream(this.#connection);
    for (let count = 0; this.#running; count++) {
      const msgID = `id-${count}`;
      while (!(await this.#try(this.#publish(js, msgID)))) if (!this.#running) return;
      this.acked.push(msgID);
      for (const waiting of this.#waiting) {
        if (this.acked.length < waiting.after) continue;
        this.#waiting.delete(waiting);
        waiting.resolve();
      }
    }
  }

  async #publish(js: JetStreamClient, msgID: string): Promise<unknown> {
    return await js.publish('live.demo.event.chat', new Uint8Array(this.bytes), { msgID, timeout: 300 });
  }

  async #try(publishing: Promise<unknown>): Promise<boolean> {
    try {
      await publishing;
      return true;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (this.#refusal && text.includes(this.#refusal.words)) this.#refusal.resolve();
      this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return false;
    }
  }
}
