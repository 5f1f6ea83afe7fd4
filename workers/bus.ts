import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { KV } from '@nats-io/kv';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Bodies, BodyName, Message, Origin } from '../protocol/codec.ts';
import { NotOursError, decode, encode } from '../protocol/codec.ts';
import type { Bucket } from '../protocol/streams.ts';
import { BusLostError, BusOutage, watchConnection } from './bus-outage.ts';
import { ConsumerHandles } from './consumer-handles.ts';
import { delay } from './delay.ts';
import type { Delivery } from './delivery.ts';
import { endPull } from './end-pull.ts';
import type { OutputDuty } from './duty.ts';
import { noDuty } from './duty.ts';
import { Fence } from './fence.ts';
import { headersOf } from './message-headers.ts';
import { pullMessages } from './pull-messages.ts';
import type { Logger } from './logger.ts';

export interface PublishOptions {
  /** Derived from the cause (`protocol/ids.ts`): a second publish of it is a duplicate, not a message. */
  msgId: string;
  signal: AbortSignal;
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
  readonly outage = new BusOutage();
  /** Payloads that were not ours, since the start. */
  refused = 0;
  /** Messages of workers that had been replaced when they sent them. */
  fenced = 0;
  readonly #js: JetStreamClient;
  readonly #log: Logger;
  readonly #consumers: ConsumerHandles;
  readonly #onTaken: (message: JsMsg) => void;
  readonly #duty: OutputDuty;

  constructor({ connection, log, onTaken = () => undefined, duty = noDuty }: BusOptions) {
    this.connection = connection;
    this.#onTaken = onTaken;
    this.#duty = duty;
    this.#js = jetstream(connection, { timeout: 3_000 });
    this.#consumers = new ConsumerHandles(this.#js, this.outage);
    this.#log = log;
    void watchConnection(connection, this.outage, log);
  }

  /** Whether the server can be reached, as far as is known. */
  get isConnected(): boolean {
    return !this.outage.isAway && !this.connection.isClosed();
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
        const { seq, duplicate } = await this.outage.orLost(this.#js.publish(subject, bytes, options));
        return { seq, duplicate };
      } catch (error) {
        if (attempt % 10 === 0)
          this.#log.warn({ err: error, subject, msgId, attempt }, 'publish failed, trying again');
        if (error instanceof BusLostError) await this.outage.untilBack(1_000, signal);
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

  /** Finds a durable consumer ahead of `work` or `take`, so that they begin without asking for it, with all code loaded unless in a hurry. */
  async prepare(stream: string, consumer: string, how: 'work' | 'take' | 'hurry'): Promise<void> {
    await this.#consumers.prepare(stream, consumer, how);
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
    const open = async () => {
      const found = await this.#consumers.get(stream, consumer);
      return await found.consume({ max_messages: maxMessages, expires: 5_000, idle_heartbeat: 1_000 });
    };
    yield* this.#giveOut(type, this.#pull(stream, consumer, { open, once: false, signal }));
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
    const open = async () => {
      if (left === 0) return undefined;
      const found = await this.#consumers.get(stream, consumer);
      let max_messages = left;
      if (waitMs === undefined) {
        const { num_pending } = await this.outage.orLost(found.info());
        if (num_pending === 0) return undefined;
        max_messages = Math.min(left, num_pending);
      }
      return await found.fetch({ max_messages, expires: waitMs ?? 1_000, idle_heartbeat: 500 });
    };
    for await (const delivery of this.#giveOut(
      type,
      this.#pull(stream, consumer, { open, once: true, signal }),
    )) {
      left -= 1;
      yield delivery;
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
    let lastSeq: number | undefined;
    const open = async () => {
      if (options.untilEnd && lastSeq === undefined) {
        const manager = await jetstreamManager(this.connection, { checkAPI: false, timeout: 3_000 });
        lastSeq = (await this.outage.orLost(manager.streams.info(stream))).state.last_seq;
      }
      const consumer = await this.outage.orLost(
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
      if (options.untilEnd && (await this.outage.orLost(consumer.info())).num_pending === 0) return undefined;
      return await consumer.consume({ max_messages: 200, expires: 5_000, idle_heartbeat: 1_000 });
    };
    const messages = pullMessages({
      open,
      end: (flow) => flow.stop(),
      once: false,
      onLost: (err) => this.#log.warn({ err, stream, filter }, 'reader lost, trying again'),
      outage: this.outage,
      signal,
    });
    for await (const message of messages) {
      from = { seq: message.seq + 1 };
      const delivery = this.#open(type, message);
      if (delivery && !fence.admits(delivery.origin)) this.#fenced(delivery.origin, message.subject);
      else if (delivery) yield delivery;
      if (options.untilEnd && (message.seq >= (lastSeq ?? Infinity) || message.info.pending === 0)) return;
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

  #pull(
    stream: string,
    consumer: string,
    options: { open: () => Promise<ConsumerMessages | undefined>; once: boolean; signal: AbortSignal },
  ): AsyncGenerator<JsMsg> {
    return pullMessages({
      ...options,
      end: (flow) => void endPull(flow),
      onLost: (err) => {
        this.#consumers.forget(stream, consumer);
        this.#log.warn({ err, stream, consumer }, 'consumer lost, trying again');
      },
      outage: this.outage,
    });
  }

  /** What is given out is told to who keeps account of it; what is not ours is ended. */
  async *#giveOut<Name extends BodyName>(
    type: Name,
    messages: AsyncIterable<JsMsg>,
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
    return {
      body: decoded.body as Bodies[Name],
      origin: decoded.origin,
      seq: message.seq,
      deliveries: message.info.deliveryCount,
      message,
    };
  }

  #fenced(origin: Origin, subject: string): void {
    this.fenced += 1;
    this.#log.warn({ ...origin, subject, fenced: this.fenced }, 'dropped a word of a replaced worker');
  }

  #decode(data: Uint8Array, subject: string): Message | undefined {
    try {
      return decode(data);
    } catch (error) {
      if (!(error instanceof NotOursError)) throw error;
      this.refused += 1;
      const { refused } = this;
      this.#log.warn({ err: error, subject, bytes: data.byteLength, refused }, 'refused a payload');
      return undefined;
    }
  }
}
