import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ConsumerSpec } from '../../protocol/streams.ts';
import { consumersFor, roomOfConsumer } from '../../protocol/streams.ts';
import { knownConsumers, setUpConsumers } from '../../supervisor/bus-consumers.ts';
import { delay } from '../../workers/delay.ts';
import { consumeToEnd } from './consume-to-end.ts';

const requestTimeoutMs = 10_000;
/** Longer than the reading takes: what is left must not come again meanwhile. */
const ackWaitMs = 3_600_000;
const settleTimeoutMs = 30_000;
/** The server writes down what was acked a moment later (every 100 ms in 2.10): one that is ended before may give it out again. */
const writtenMs = 500;

/**
 * Takes every consumer through its stream, and acks all but the sequences in `left`: these stay with the consumer, handed out and not
 * acked, as if a worker had died with them, and are given out again once the ack wait is over. So nothing depends on the bus's memory of
 * message ids. The consumers' limits are lifted for it; whoever calls puts them back (`setUpBus`).
 */
export async function settleConsumers(
  connection: NatsConnection,
  left: Map<string, Set<number>>,
  signal: AbortSignal,
): Promise<void> {
  const options = { timeout: requestTimeoutMs };
  const js = jetstream(connection, options);
  const manager = await jetstreamManager(connection, options);
  // Those of the rooms of which there are events now.
  await setUpConsumers(manager, []);
  const names = [...(await knownConsumers(manager, 'EVENTS')).keys()];
  for (const spec of consumersFor(names.flatMap((name) => roomOfConsumer(name) ?? [])))
    await settle(js, manager, spec, left.get(spec.stream) ?? new Set<number>(), signal);
  if (!(await delay(writtenMs, signal))) signal.throwIfAborted();
}

async function settle(
  js: JetStreamClient,
  manager: JetStreamManager,
  { stream, name }: ConsumerSpec,
  left: Set<number>,
  signal: AbortSignal,
): Promise<void> {
  await manager.consumers.update(stream, name, { max_ack_pending: -1, ack_wait: nanos(ackWaitMs) });
  const consumer = await js.consumers.get(stream, name);
  let kept = 0;
  for await (const message of consumeToEnd(consumer, signal)) {
    if (left.has(message.seq)) kept += 1;
    else message.ack();
  }
  // Acks are not answered: the server says itself when it has taken them all.
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(settleTimeoutMs)]);
  for (;;) {
    const { num_pending, num_ack_pending } = await manager.consumers.info(stream, name);
    if (num_pending === 0 && num_ack_pending === kept) return;
    if (!(await delay(20, deadline))) {
      signal.throwIfAborted();
      throw new Error(
        `Cannot bring consumer ${name} to where it was: ${num_pending} messages are ahead of it, ${num_ack_pending} are not acked, ${kept} should not be`,
      );
    }
  }
}
