import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamSpec } from '../protocol/streams.ts';
import { buckets, streams } from '../protocol/streams.ts';
import { giveOutAgain, setUpConsumers } from './bus-consumers.ts';

const nanosPerMs = 1_000_000;
/** What JetStream answers for one that does not exist. */
const noSuchStream = 10_059;

export interface BusSetup {
  /** For all streams together. */
  maxDiskMb: number;
  replicas: number;
  /** Rooms that are hosted. */
  rooms: Iterable<string>;
  /** Nobody works yet: what an earlier run had in hand is free. */
  nobodyWorks: boolean;
}

/** A stream in which messages are missing that were there once. */
export interface StreamLoss {
  stream: string;
  missing: number;
}

/**
 * Makes streams, consumers and buckets, or brings them to what they should be; what they hold stays. To be called again after each start
 * of the server: one that had to be mended may be without some of them. Returns which streams have holes: nobody deletes single messages,
 * so that a hole means a damaged store, and the server itself does not speak of it (2.10.27, seen). Not
 * found: what is missing at an end, and what is damaged beneath an index that the server wrote when it ended in order.
 */
export async function setUpBus(
  connection: NatsConnection,
  { maxDiskMb = 4_096, replicas = 1, rooms = [], nobodyWorks = false }: Partial<BusSetup> = {},
): Promise<StreamLoss[]> {
  const manager = await jetstreamManager(connection, { timeout: 10_000 });
  const losses = await Promise.all(
    streams.map(async (spec) => await setUpStream(manager, spec, { maxDiskMb, replicas })),
  );
  await setUpConsumers(manager, rooms);
  if (nobodyWorks) await giveOutAgain(manager);
  const kvm = new Kvm(connection);
  await Promise.all(buckets.map((name) => kvm.create(name, { history: 1, replicas })));
  return losses.filter(({ missing }) => missing > 0);
}

async function setUpStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  { maxDiskMb, replicas }: Pick<BusSetup, 'maxDiskMb' | 'replicas'>,
): Promise<StreamLoss> {
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
  const known = await manager.streams.info(spec.name).catch(unless(noSuchStream));
  const { state } = await (known ? manager.streams.update(spec.name, config) : manager.streams.add(config));
  const span = state.messages === 0 ? 0 : state.last_seq - state.first_seq + 1;
  return { stream: spec.name, missing: span - state.messages };
}

/** Nothing for one of the server's codes; any other error is thrown on, lest a slow answer be taken for "there is none". */
function unless(code: number): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof JetStreamApiError && error.code === code)) throw error;
    return undefined;
  };
}
