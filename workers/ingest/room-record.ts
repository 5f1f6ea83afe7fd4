import type { KV } from '@nats-io/kv';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { FaultLog } from './fault-log.ts';

interface RoomRecordOptions {
  bus: Pick<Bus, 'bucket' | 'certain' | 'isConnected'>;
  faults: FaultLog;
  signal: AbortSignal;
  /** What is written, by key of the bucket `rooms`; asked when it is written. */
  entries: () => Record<string, string>;
  everyMs?: number;
}

const maxLength = 16_384;
const readTimeoutMs = 3_000;
const lastWriteMs = 500;

/**
 * What one room tells of itself in the bucket `rooms`: written soon after `changed`, at most once a second, only what differs. Nothing depends
 * on it: without the bus, the newest is written when that is back.
 */
export class RoomRecord implements AsyncDisposable {
  readonly #options: RoomRecordOptions & { everyMs: number };
  readonly #written = new Map<string, string>();
  readonly #stop = new AbortController();
  #bucket: Promise<KV> | undefined;
  #isDue = false;
  #isAbandoned = false;
  #writing: Promise<void> | undefined;

  constructor({ everyMs = 1_000, ...options }: RoomRecordOptions) {
    this.#options = { ...options, everyMs };
  }

  /** What is there under a key; empty: nothing, or it cannot be read now. Never throws. */
  async read(key: string): Promise<string> {
    const deadline = AbortSignal.any([this.#options.signal, AbortSignal.timeout(readTimeoutMs)]);
    const late = Promise.withResolvers<undefined>();
    const onAbort = () => late.resolve(undefined);
    deadline.addEventListener('abort', onAbort, { once: true });
    try {
      const entry = await Promise.race([this.#open().then(async (kv) => await kv.get(key)), late.promise]);
      return entry?.operation === 'PUT' ? entry.string() : '';
    } catch (error) {
      this.#options.faults.report('record-read', { err: error }, 'the record of a room cannot be read');
      return '';
    } finally {
      deadline.removeEventListener('abort', onAbort);
    }
  }

  changed(): void {
    if (this.#isAbandoned) return;
    this.#isDue = true;
    this.#writing ??= this.#keepWriting().finally(() => (this.#writing = undefined));
  }

  /** Writes nothing more: somebody else speaks for the room now. */
  abandon(): void {
    this.#stop.abort();
    this.#isAbandoned = true;
    this.#isDue = false;
  }

  /** Writes what is the last word, if that is possible within half a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const late = AbortSignal.timeout(lastWriteMs);
    await Promise.race([this.#writing, delay(lastWriteMs, late)]);
    if (this.#isDue && this.#options.bus.isConnected)
      await Promise.race([this.#write(), delay(lastWriteMs, late)]);
  }

  async #keepWriting(): Promise<void> {
    const { everyMs, signal } = this.#options;
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    while (this.#isDue && !stop.aborted) {
      if (this.#options.bus.isConnected) await this.#write();
      await delay(everyMs, stop);
    }
  }

  async #write(): Promise<void> {
    const { bus, faults, signal, entries } = this.#options;
    try {
      await bus.certain();
      const bucket = await this.#open();
      this.#isDue = false;
      for (const [key, text] of Object.entries(entries())) {
        if (text.length > maxLength || this.#written.get(key) === text) continue;
        await bucket.put(key, text);
        this.#written.set(key, text);
      }
    } catch (error) {
      this.#isDue = true;
      if (!signal.aborted)
        faults.report('record-write', { err: error }, 'the record of a room cannot be written');
    }
  }

  async #open(): Promise<KV> {
    this.#bucket ??= this.#options.bus.bucket('rooms');
    try {
      return await this.#bucket;
    } catch (error) {
      this.#bucket = undefined;
      throw error;
    }
  }
}
