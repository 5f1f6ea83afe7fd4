import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ConsumerSpec } from '../protocol/streams.ts';
import { consumersFor, roomOfConsumer } from '../protocol/streams.ts';

/** Homes of earlier versions have one consumer for the events of all rooms. */
const formerConsumer = 'reply';

/**
 * Makes the consumers of these rooms and of all rooms of which there are events, or brings them to what they should be: what is left
 * of a room that is not hosted any more needs its outcomes too. Those of rooms of which nothing is left go.
 */
export async function setUpConsumers(manager: JetStreamManager, rooms: Iterable<string>): Promise<void> {
  const [events, speech, stored] = await Promise.all([
    knownConsumers(manager, 'EVENTS'),
    knownConsumers(manager, 'SPEECH'),
    storedRooms(manager),
  ]);
  const known = new Map([...events, ...speech]);
  const former = known.get(formerConsumer);
  const wanted = new Set([...rooms, ...stored]);
  await Promise.all(
    consumersFor(wanted).map((spec) => setUpConsumer(manager, spec, known.get(spec.name), former)),
  );
  // Only now: a start that ends in between goes on from it.
  if (former) await manager.consumers.delete('EVENTS', formerConsumer);
  for (const name of events.keys()) {
    const room = roomOfConsumer(name);
    if (room !== undefined && !wanted.has(room)) await manager.consumers.delete('EVENTS', name);
  }
}

/** Rooms of which there are events. */
async function storedRooms(manager: JetStreamManager): Promise<Set<string>> {
  const { state } = await manager.streams.info('EVENTS', { subjects_filter: '>' });
  return new Set(Object.keys(state.subjects ?? {}).flatMap((subject) => subject.split('.')[1] ?? []));
}

export async function knownConsumers(
  manager: JetStreamManager,
  stream: string,
): Promise<Map<string, ConsumerInfo>> {
  const known = new Map<string, ConsumerInfo>();
  for await (const info of manager.consumers.list(stream)) known.set(info.name, info);
  return known;
}

async function setUpConsumer(
  manager: JetStreamManager,
  { stream, name, filter, ackWaitMs, maxAckPending }: ConsumerSpec,
  known: ConsumerInfo | undefined,
  former: ConsumerInfo | undefined,
): Promise<void> {
  const limits = { ack_wait: nanos(ackWaitMs), max_ack_pending: maxAckPending, max_deliver: -1 };
  if (known) {
    const { ack_wait, max_ack_pending, max_deliver, filter_subject } = known.config;
    const isAsItShould =
      ack_wait === limits.ack_wait &&
      max_ack_pending === maxAckPending &&
      max_deliver === limits.max_deliver &&
      filter_subject === filter;
    if (!isAsItShould) await manager.consumers.update(stream, name, { ...limits, filter_subject: filter });
    return;
  }
  const takesOver = stream === 'EVENTS' && former !== undefined;
  await manager.consumers.add(stream, {
    ...limits,
    filter_subject: filter,
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    // What lies below the floor is done; what was done above it, reply recognises by what has been said.
    ...(takesOver
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: former.ack_floor.stream_seq + 1 }
      : { deliver_policy: DeliverPolicy.All }),
  });
}
