import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { JsMsg } from '@nats-io/jetstream';
import type { Bucket } from '../protocol/streams.ts';
import type { Bus } from './bus.ts';
import type { Logger } from './logger.ts';
import { pullMessages } from './pull-messages.ts';

export interface FollowBucketOptions {
  bus: Pick<Bus, 'connection' | 'outage'>;
  bucket: Bucket;
  /** Such as `wanted.*`. */
  keys: string;
  /** Hears of each entry as it is, and of each change; undefined: it was taken away. */
  onEntry: (key: string, value: string | undefined) => void;
  /** All that was there when the reading began has been told. Called again after each loss of the server. */
  onCurrent: () => void;
  log: Pick<Logger, 'warn'>;
  signal: AbortSignal;
}

/**
 * Follows a bucket until the signal says stop, over restarts of the server too, after which all entries are told again. The library's
 * own `watch` answers the server's flow control on a subject that no worker may publish to.
 */
export async function followBucket(options: FollowBucketOptions): Promise<void> {
  const { bus, bucket, keys, onEntry, onCurrent, log, signal } = options;
  const { connection, outage } = bus;
  const js = jetstream(connection, { timeout: 3_000 });
  const prefix = `$KV.${bucket}.`;
  const open = async () => {
    const filter = { filter_subjects: prefix + keys, deliver_policy: DeliverPolicy.LastPerSubject };
    const consumer = await outage.orLost(js.consumers.get(`KV_${bucket}`, filter));
    if ((await outage.orLost(consumer.info())).num_pending === 0) onCurrent();
    return await consumer.consume({ max_messages: 200, expires: 5_000, idle_heartbeat: 1_000 });
  };
  const onLost = (err: unknown) => log.warn({ err, bucket, keys }, 'bucket not followed, trying again');
  const end = (flow: { stop(): void }) => flow.stop();
  for await (const message of pullMessages({ open, end, once: false, onLost, outage, signal })) {
    onEntry(message.subject.slice(prefix.length), valueOf(message));
    if (message.info.pending === 0) onCurrent();
  }
}

/** Deleting and purging leave a message without a value. */
function valueOf(message: JsMsg): string | undefined {
  return message.headers?.get('KV-Operation') ? undefined : message.string();
}
