import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { Duty } from '../protocol/ipc.ts';
import type { ChildRecord } from './child-record.ts';
import { pidOf } from './child-record.ts';

/** What the bucket `leases` holds of a service, as JSON: who works under its latest epoch. */
export interface LeaseRecord {
  lease: string;
  epoch: number;
  child: string;
  pid: number;
  /** Unix milliseconds. */
  at: number;
}

const timeoutMs = 2_000;
const retryMs = 500;

/**
 * The epochs of all services in the bucket `leases`, so that a later supervisor goes on above them. A promotion does not wait for this:
 * while the bus is away it is the more urgent, and there is one supervisor to a home. Each write says which one it follows; when
 * somebody else has written meanwhile, the higher epoch stays.
 */
export class Leases {
  readonly #log: Logger;
  #bucket: KV | undefined;
  readonly #waiting = new Map<string, LeaseRecord>();
  #writing = false;
  #closed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The highest epoch of each service that ever had one here. Throws when the bus does not answer. */
  async open(connection: NatsConnection): Promise<Map<string, number>> {
    this.#bucket = await new Kvm(jetstream(connection, { timeout: timeoutMs })).open('leases');
    const epochs = new Map<string, number>();
    for await (const key of await this.#bucket.keys())
      epochs.set(serviceOf(key), (await this.#read(key)).epoch);
    void this.#write();
    return epochs;
  }

  /** Never waits and never throws: the latest of each service is written as soon as that is possible. */
  note(child: ChildRecord, duty: Duty): void {
    this.#waiting.set(child.spec.id, { ...duty, child: child.id, pid: pidOf(child), at: Date.now() });
    void this.#write();
  }

  close(): void {
    this.#closed = true;
  }

  async #write(): Promise<void> {
    if (this.#writing || !this.#bucket) return;
    this.#writing = true;
    // One after the other: what is noted meanwhile is written too, also when it follows what is just being written.
    for (let [next] = this.#waiting; next && !this.#closed; [next] = this.#waiting) {
      const [service, record] = next;
      try {
        const { epoch, revision } = await this.#read(keyOf(service));
        if (epoch < record.epoch)
          await this.#bucket.put(keyOf(service), JSON.stringify(record), { previousSeq: revision });
        if (this.#waiting.get(service) === record) this.#waiting.delete(service);
      } catch (error) {
        this.#log.warn({ err: error, service, epoch: record.epoch }, 'lease not written, trying again');
        setTimeout(() => void this.#write(), retryMs).unref();
        break;
      }
    }
    this.#writing = false;
  }

  async #read(key: string): Promise<{ epoch: number; revision: number }> {
    const entry = await this.#bucket?.get(key);
    if (!entry) return { epoch: 0, revision: 0 };
    try {
      const { epoch } = JSON.parse(entry.string()) as LeaseRecord;
      return { epoch: Number.isSafeInteger(epoch) ? epoch : 0, revision: entry.revision };
    } catch {
      // Damaged: what is written next replaces it.
      return { epoch: 0, revision: entry.revision };
    }
  }
}

/** A key may not hold every character of a service's name, and no name holds a dot. */
const keyOf = (service: string): string => service.replaceAll(':', '.');
const serviceOf = (key: string): string => key.replaceAll('.', ':');
