import { jetstream } from '@nats-io/jetstream';
import type { JetStreamClient, PubAck } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { delay } from '../../workers/delay.ts';
import type { MessageRecord } from './archive.ts';
import { headersToPublish, messageIdOf } from './message-record.ts';

/** The bus's shortest memory of message ids; the streams have it while they are filled. */
export const shortestWindowMs = 100;
/** By then it has forgotten them for certain. */
const forgottenAfterMs = 1_000;
const mostUnderWay = 256;
const ackTimeoutMs = 10_000;

/**
 * Publishes archived messages again, in order, each with its headers and its old message id. A stream may hold an id twice, when it
 * came again after the window: the second is held back until the bus has forgotten the first, so that the copy is a true one.
 */
export class Republisher {
  readonly #js: JetStreamClient;
  readonly #signal: AbortSignal;
  readonly #lastSeqs = new Map<string, number>();
  #underWay: Promise<void>[] = [];
  #recent = new Map<string, number>();
  #failure: { error: unknown } | undefined;

  constructor(connection: NatsConnection, signal: AbortSignal) {
    this.#js = jetstream(connection, { timeout: ackTimeoutMs });
    this.#signal = signal;
  }

  /** Returns the sequence that the message gets. Throws what an earlier one failed with, too. */
  async publish(record: MessageRecord): Promise<number> {
    this.#signal.throwIfAborted();
    const id = messageIdOf(record);
    if (id !== '') await this.#forget(`${record.stream} ${id}`);
    const seq = (this.#lastSeqs.get(record.stream) ?? 0) + 1;
    this.#lastSeqs.set(record.stream, seq);
    this.#underWay.push(this.#send(record, seq));
    if (this.#underWay.length >= mostUnderWay) await this.flush();
    return seq;
  }

  /** Everything so far is in its stream, or the first failure is thrown. */
  async flush(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#underWay = [];
    if (this.#failure) throw this.#failure.error;
  }

  async #send(record: MessageRecord, expected: number): Promise<void> {
    const { stream, subject, data } = record;
    const headers = headersToPublish(record);
    try {
      const ack = await this.#js.publish(subject, Buffer.from(data, 'base64'), headers ? { headers } : {});
      const problem = problemOf(ack, stream, expected);
      if (problem !== '') throw new Error(problem);
    } catch (cause) {
      const error = new Error(`Cannot restore message ${record.seq} of ${stream}`, { cause });
      this.#failure ??= { error };
    }
  }

  async #forget(id: string): Promise<void> {
    const now = performance.now();
    const before = this.#recent.get(id);
    if (before !== undefined && now - before < forgottenAfterMs) {
      await this.flush();
      await delay(forgottenAfterMs, this.#signal);
      this.#signal.throwIfAborted();
    }
    if (this.#recent.size >= maxRecent) this.#prune(now);
    this.#recent.delete(id);
    this.#recent.set(id, performance.now());
  }

  #prune(now: number): void {
    for (const [id, at] of this.#recent) {
      if (now - at < forgottenAfterMs) break;
      this.#recent.delete(id);
    }
  }
}

/** More than are published within a second on most machines; when not, the map is only looked through more often. */
const maxRecent = 50_000;

function problemOf(ack: PubAck, stream: string, expected: number): string {
  if (ack.stream !== stream) return `it went into ${ack.stream}`;
  if (ack.duplicate) return 'the bus takes it for a duplicate';
  return ack.seq === expected ? '' : `it got sequence ${ack.seq} instead of ${expected}`;
}
