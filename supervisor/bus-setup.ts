import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ConsumerSpec, StreamSpec } from '../protocol/streams.ts';
import { buckets, consumers, streams } from '../protocol/streams.ts';

const nanosPerMs = 1_000_000;

export interface BusSetup {
  /** For all streams together. */
  maxDiskMb: number;
  replicas: number;
}

/** Makes streams, consumers and buckets, or brings them to what they should be; what they hold stays. */
export async function setUpBus(
  connection: NatsConnection,
  { maxDiskMb = 4_096, replicas = 1 }: Partial<BusSetup> = {},
): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: 10_000 });
  await Promise.all(streams.map((spec) => setUpStream(manager, spec, { maxDiskMb, replicas })));
  await Promise.all(consumers.map((spec) => setUpConsumer(manager, spec)));
  const kvm = new Kvm(connection);
  await Promise.all(buckets.map((name) => kvm.create(name, { history: 1, replicas })));
}

async function setUpStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  { maxDiskMb, replicas }: BusSetup,
): Promise<void> {
  const config = {
    name: spec.name,
    subjects: spec.subjects,
    description: spec.description,
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: spec.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
    max_age: spec.maxAgeMs * nanosPerMs,
    max_bytes: Math.floor(spec.diskShare * maxDiskMb * 1_000_000),
    duplicate_window: spec.duplicateWindowMs * nanosPerMs,
    num_replicas: replicas,
    allow_direct: true,
  };
  const known = await manager.streams.info(spec.name).catch(() => undefined);
  await (known ? manager.streams.update(spec.name, config) : manager.streams.add(config));
}

async function setUpConsumer(manager: JetStreamManager, spec: ConsumerSpec): Promise<void> {
  const change = {
    filter_subject: spec.filter,
    ack_wait: spec.ackWaitMs * nanosPerMs,
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
  };
  const known = await manager.consumers.info(spec.stream, spec.name).catch(() => undefined);
  if (known) {
    await manager.consumers.update(spec.stream, spec.name, change);
    return;
  }
  await manager.consumers.add(spec.stream, {
    ...change,
    durable_name: spec.name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
  });
}
