import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Consumer, ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { KV } from '@nats-io/kv';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Bodies, BodyName, Message, Origin } from '../protocol/codec.ts';
import { NotOursError, decode, encode } from '../protocol/codec.ts';
import type { Bucket } from '../protocol/streams.ts';
import { BusLostError, BusOutage } from './bus-outage.ts';
import { delay } from './delay.ts';
import { endPull } from './end-pull.ts';
import type { OutputDuty } from './duty.ts';
import { noDuty } from './duty.ts';
import { Fence } from './fence.ts';
import { headersOf } from './message-headers.ts';
import type { Logger } from './logger.ts';

export interface PublishOptions {
  /** Derived from the cause (`protocol/ids.ts`): a second publish of it is a duplicate, not a message. */
  msgId: string;
  signal: AbortSignal;
}

/** A message of a stream and its place there. `ack` and the like are the library's own. */
export interface Delivery<Body> {
  body: Body;
  origin: Origin;
  seq: number;
  deliveries: number;
  message: JsMsg;
}

export interface BusOptions {
  connection: NatsConnection;
  log: Logger;
  /** Hears of each message that is given out as work. */
  onTaken?: (message: JsMsg) => void;
  duty?: OutputDuty;
}

/** A worker's way to the bus. Everything waits out an absent bus, until its signal says stop. */
export class Bus implements AsyncDisposable {
  readonly connection: NatsConnection;
  /** Payloads that were not ours, since the start. */
  refused = 0;
  /** Messages of workers that had been replaced when they sent them. */
  fenced = 0;
  readonly #js: JetStreamClient;
  readonly #log: Logger;
  readonly #outage = new BusOutage();
  readonly #consumers = new Map<string, Consumer>();
  readonly #onTaken: (message: JsMsg) => void;
  readonly #duty: OutputDuty;

  constructor({ connection, log, onTaken = () => undefined, duty = noDuty }: BusOptions) {
    this.connection = connection;
    this.#onTaken = onTaken;
    this.#duty = duty;
    this.#js = jetstream(connection, { timeout: 3_000 });
    this.#log = log;
    void this.#watch();
  }

  /** Whether the server can be reached, as far as is known. */
  get isConnected(): boolean {
    return !this.#outage.isAway && !this.connection.isClosed();
  }

  /** Returns once something may be put out under the duty of this worker: for what is written past `publish`, such as buckets. */
  async certain(): Promise<void> {
    await this.#duty.certain();
  }

  /** Publishes into a stream and returns once the server has it: `duplicate` when it had it already. Throws only when the signal says stop. */
  async publish<Name extends BodyName>(
    subject: string,
    type: Name,
    body: Bodies[Name],
    { msgId, signal }: PublishOptions,
  ): Promise<{ seq: number; duplicate: boolean }> {
    const bytes = encode(type, body, this.#duty.current);
    const options = { msgID: msgId, headers: headersOf(type, body), timeout: 2_000 };
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      await this.#duty.certain();
      try {
        const { seq, duplicate } = await this.#outage.orLost(this.#js.publish(subject, bytes, options));
        return { seq, duplicate };
      } catch (error) {
        if (attempt % 10 === 0)
          this.#log.warn({ err: error, subject, msgId, attempt }, 'publish failed, trying again');
        if (error instanceof BusLostError) await this.#outage.untilBack(1_000, signal);
        else await delay(Math.min(50 * 2 ** attempt, 1_000), signal);
      }
    }
  }

  /** Publishes outside the streams: who listens hears it, nobody keeps it. Dropped while the bus is away. */
  tell<Name extends BodyName>(subject: string, type: Name, body: Bodies[Name]): void {
    if (this.connection.isClosed() || !this.#duty.isCertain) return;
    this.connection.publish(subject, encode(type, body, this.#duty.current), {
      headers: headersOf(type, body),
    });
  }

  /** Messages of core subjects. Payloads that are not ours are counted and passed over. */
  async *listen(subject: string, signal: AbortSignal): AsyncGenerator<{ subject: string; message: Message }> {
    const subscription: Subscription = this.connection.subscribe(subject);
    const fence = new Fence();
    const stop = () => subscription.unsubscribe();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const { subject: from, data } of subscription) {
        const message = this.#decode(data, from);
        if (message && !fence.admits(message.origin)) this.#fenced(message.origin, from);
        else if (message) yield { subject: from, message };
      }
    } finally {
      signal.removeEventListener('abort', stop);
      subscription.unsubscribe();
    }
  }

  /** Finds a durable consumer ahead of `work` and `take`, so that they begin without asking for it. */
  async prepare(stream: string, consumer: string): Promise<void> {
    await this.#consumer(stream, consumer);
  }

  /**
   * Work from a durable consumer, at most `maxMessages` at hand, for ever: over restarts of the server too. Each has to be acked.
   * Payloads that are not ours are ended with `term`. When the signal says stop, what is on its way is still given out.
   */
  async *work<Name extends BodyName>(
    stream: string,
    consumer: string,
    type: Name,
    { maxMessages, signal }: { maxMessages: number; signal: AbortSignal },
  ): AsyncGenerator<Delivery<Bodies[Name]>> {
    while (!signal.aborted) {
      let messages: ConsumerMessages | undefined;
      const stop = () => void (messages && endPull(messages));
      try {
        const found = await this.#consumer(stream, consumer);
        messages = await found.consume({ max_messages: maxMessages, expires: 5_000, idle_heartbeat: 1_000 });
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) messages.stop();
        yield* this.#giveOut(type, messages);
      } catch (error) {
        this.#forget(stream, consumer);
        if (!signal.aborted) this.#log.warn({ err: error, stream, consumer }, 'consumer lost, trying again');
      } finally {
        signal.removeEventListener('abort', stop);
        messages?.stop();
      }
      await this.#outage.untilBack(1_000, signal);
      await delay(50, signal);
    }
  }

  /**
   * At most `maxMessages` from a durable consumer: those that come within `waitMs` (1,000 or more), or, without it, only those that wait already.
   * For who holds what it is given for a while, and so must not be given more than it has asked for. Each has to be acked.
   */
  async *take<Name extends BodyName>(
    stream: string,
    consumer: string,
    type: Name,
    { maxMessages, waitMs, signal }: { maxMessages: number; waitMs?: number; signal: AbortSignal },
  ): AsyncGenerator<Delivery<Bodies[Name]>> {
    let left = maxMessages;
    while (left > 0 && !signal.aborted) {
      let messages: ConsumerMessages | undefined;
      const stop = () => void (messages && endPull(messages));
      try {
        const found = await this.#consumer(stream, consumer);
        let max_messages = left;
        if (waitMs === undefined) {
          const { num_pending } = await this.#outage.orLost(found.info());
          if (num_pending === 0) return;
          max_messages = Math.min(left, num_pending);
        }
        messages = await found.fetch({ max_messages, expires: waitMs ?? 1_000, idle_heartbeat: 500 });
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) messages.stop();
        for await (const delivery of this.#giveOut(type, messages)) {
          left -= 1;
          yield delivery;
        }
        return;
      } catch (error) {
        this.#forget(stream, consumer);
        if (!signal.aborted) this.#log.warn({ err: error, stream, consumer }, 'consumer lost, trying again');
      } finally {
        signal.removeEventListener('abort', stop);
        messages?.stop();
      }
      await this.#outage.untilBack(1_000, signal);
      await delay(50, signal);
    }
  }

  /**
   * Messages of a stream in order, from a sequence or a time on, without acks. Goes on for ever, or `untilEnd`: to the last message
   * that was there when the reading began.
   */
  async *read<Name extends BodyName>(
    stream: string,
    type: Name,
    options: {
      filter: string;
      from: { seq: number } | { timeMs: number };
      untilEnd?: boolean;
      signal: AbortSignal;
    },
  ): AsyncGenerator<Delivery<Bodies[Name]>> {
    const { filter, signal } = options;
    const fence = new Fence();
    let from = options.from;
    let lastSeq = Infinity;
    for (let known = false; !signal.aborted;) {
      let messages: ConsumerMessages | undefined;
      const stop = () => messages?.stop();
      try {
        if (options.untilEnd && !known) {
          const manager = await jetstreamManager(this.connection, { checkAPI: false, timeout: 3_000 });
          lastSeq = (await this.#outage.orLost(manager.streams.info(stream))).state.last_seq;
          known = true;
        }
        const consumer = await this.#outage.orLost(
          this.#js.consumers.get(stream, {
            filter_subjects: filter,
            ...('seq' in from
              ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from.seq) }
              : {
                  deliver_policy: DeliverPolicy.StartTime,
                  opt_start_time: new Date(from.timeMs).toISOString(),
                }),
          }),
        );
        if (options.untilEnd && (await this.#outage.orLost(consumer.info())).num_pending === 0) return;
        messages = await consumer.consume({ max_messages: 200, expires: 5_000, idle_heartbeat: 1_000 });
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) messages.stop();
        for await (const message of messages) {
          from = { seq: message.seq + 1 };
          const delivery = this.#open(type, message);
          if (delivery && !fence.admits(delivery.origin)) this.#fenced(delivery.origin, message.subject);
          else if (delivery) yield delivery;
          if (message.seq >= lastSeq || (options.untilEnd && message.info.pending === 0)) return;
        }
      } catch (error) {
        if (!signal.aborted) this.#log.warn({ err: error, stream, filter }, 'reader lost, trying again');
      } finally {
        signal.removeEventListener('abort', stop);
        messages?.stop();
      }
      await this.#outage.untilBack(1_000, signal);
      await delay(50, signal);
    }
  }

  /** A key-value bucket; it exists, the supervisor made it. */
  async bucket(name: Bucket): Promise<KV> {
    return await new Kvm(this.#js).open(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.connection.isClosed()) return;
    await Promise.race([this.connection.drain(), delay(1_000, AbortSignal.timeout(1_000))]).catch(
      () => undefined,
    );
    await this.connection.close().catch(() => undefined);
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'ping') continue;
      if (status.type === 'disconnect') this.#outage.lost();
      if (status.type === 'reconnect') this.#outage.back();
      const level = status.type === 'disconnect' || status.type === 'error' ? 'warn' : 'info';
      const detail = 'error' in status ? String(status.error) : undefined;
      this.#log[level]({ bus: status.type, detail }, 'bus status');
    }
  }

  async #consumer(stream: string, name: string): Promise<Consumer> {
    const key = `${stream} ${name}`;
    const known = this.#consumers.get(key);
    if (known) return known;
    const found = await this.#outage.orLost(this.#js.consumers.get(stream, name));
    this.#consumers.set(key, found);
    return found;
  }

  #forget(stream: string, name: string): void {
    this.#consumers.delete(`${stream} ${name}`);
  }

  /** What is given out is told to who keeps account of it; what is not ours is ended. */
  async *#giveOut<Name extends BodyName>(
    type: Name,
    messages: ConsumerMessages,
  ): AsyncGenerator<Delivery<Bodies[Name]>> {
    for await (const message of messages) {
      const delivery = this.#open(type, message);
      if (!delivery) message.term('not an onair message');
      else {
        this.#onTaken(message);
        yield delivery;
      }
    }
  }

  #open<Name extends BodyName>(type: Name, message: JsMsg): Delivery<Bodies[Name]> | undefined {
    const decoded = this.#decode(message.data, message.subject);
    if (decoded?.type !== type) return undefined;
    const { seq } = message;
    const { origin } = decoded;
    return {
      body: decoded.body as Bodies[Name],
      origin,
      seq,
      deliveries: message.info.deliveryCount,
      message,
    };
  }

  #fenced(origin: Origin, subject: string): void {
    this.fenced += 1;
    this.#log.warn(
      { ...origin, subject, fenced: this.fenced },
      'dropped a message of a worker that had been replaced',
    );
  }

  #decode(data: Uint8Array, subject: string): Message | undefined {
    try {
      return decode(data);
    } catch (error) {
      if (!(error instanceof NotOursError)) throw error;
      this.refused += 1;
      this.#log.warn(
        { err: error, subject, bytes: data.byteLength, refused: this.refused },
        'refused a payload',
      );
      return undefined;
    }
  }
}
