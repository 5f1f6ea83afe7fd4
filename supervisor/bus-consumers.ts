import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** So long after an ack wait was changed the server looks for what has waited longer (2.10.27, seen: 100 ms). */
const looksAgainMs = 150;

/**
 * What workers of an earlier run had in hand is given out again at once, instead of after its ack wait. Only while nobody works: what is
 * being worked on would be given out twice.
 */
export async function giveOutAgain(manager: JetStreamManager): Promise<void> {
  const lists = await Promise.all(
    ['EVENTS', 'SPEECH'].map(async (stream) => [...(await knownConsumers(manager, stream)).values()]),
  );
  const held = lists.flat().filter(({ num_ack_pending }) => num_ack_pending > 0);
  if (held.length === 0) return;
  const wait = async (nanoseconds: (info: ConsumerInfo) => number | undefined) => {
    await Promise.all(
      held.map(async (info) => {
        const { stream_name: stream, name, config } = info;
        const { filter_subject = '' } = config;
        await manager.consumers.update(stream, name, { ack_wait: nanoseconds(info) ?? 0, filter_subject });
      }),
    );
  };
  await wait(() => 1);
  await sleep(looksAgainMs);
  await wait(({ config }) => config.ack_wait);
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
