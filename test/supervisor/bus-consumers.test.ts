import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import t from 'tap';
import type { Test } from 'tap';
import { giveOutAgain, setUpConsumers } from '../../supervisor/bus-consumers.ts';
import { startNats } from '../support/nats.ts';

async function openBus(t: Test, rooms: string[] = []) {
  const { url } = await startNats(t, rooms);
  const connection = await connect({ servers: [url], timeout: 20_000 });
  t.teardown(async () => await connection.close());
  const manager = await jetstreamManager(connection, { timeout: 20_000 });
  const js = jetstream(connection, { timeout: 20_000 });
  return {
    manager,
    js,
    publish: async (room: string, count: number) => {
      for (let number = 0; number < count; number++) await js.publish(`live.${room}.event.chat`);
    },
    names: async () => {
      const names: string[] = [];
      for await (const { name } of manager.consumers.list('EVENTS')) names.push(name);
      return names.toSorted();
    },
  };
}

void t.test(
  'setUpConsumers() makes one for each room that is hosted, or of which there are events',
  async (t) => {
    const { manager, publish, names } = await openBus(t);
    await publish('gone', 2);
    await setUpConsumers(manager, ['a', 'b']);
    t.same(await names(), ['reply-a', 'reply-b', 'reply-gone']);
    t.match(await manager.consumers.info('EVENTS', 'reply-gone'), { num_pending: 2 });
    t.match(await manager.consumers.info('EVENTS', 'reply-a'), {
      num_pending: 0,
      config: { filter_subject: 'live.a.event.*', max_ack_pending: 1_000 },
    });
    await setUpConsumers(manager, ['a', 'c']);
    t.same(await names(), ['reply-a', 'reply-c', 'reply-gone'], 'nothing is left of b');
  },
);

void t.test(
  'setUpConsumers() keeps where a consumer is, and brings its limits to what they should be',
  async (t) => {
    const { manager, js, publish } = await openBus(t, ['a']);
    await publish('a', 3);
    const consumer = await js.consumers.get('EVENTS', 'reply-a');
    await (await consumer.next({ expires: 5_000 }))?.ackAck();
    await manager.consumers.update('EVENTS', 'reply-a', { max_ack_pending: 7 });
    await setUpConsumers(manager, ['a']);
    t.match(await manager.consumers.info('EVENTS', 'reply-a'), {
      num_pending: 2,
      ack_floor: { stream_seq: 1 },
      config: { max_ack_pending: 1_000 },
    });
  },
);

void t.test('setUpConsumers() goes on where the one consumer of an earlier version was', async (t) => {
  const { manager, js, publish, names } = await openBus(t);
  await manager.consumers.add('EVENTS', {
    durable_name: 'reply',
    filter_subject: 'live.*.event.*',
    ack_policy: AckPolicy.Explicit,
  });
  for (const room of ['a', 'b', 'a', 'b', 'a']) await publish(room, 1);
  const former = await js.consumers.get('EVENTS', 'reply');
  for (let number = 0; number < 3; number++) await (await former.next({ expires: 5_000 }))?.ackAck();
  await setUpConsumers(manager, ['a', 'b']);
  t.same(await names(), ['reply-a', 'reply-b']);
  for (const room of ['a', 'b']) {
    const consumer = await js.consumers.get('EVENTS', `reply-${room}`);
    const message = await consumer.next({ expires: 5_000 });
    t.equal(message?.seq, room === 'a' ? 5 : 4);
    await message?.ackAck();
    t.match(await consumer.info(), { num_pending: 0, num_ack_pending: 0 });
  }
});

void t.test('giveOutAgain() frees what is in the hands of workers that are gone', async (t) => {
  const { manager, js, publish } = await openBus(t, ['a', 'b']);
  await publish('a', 5);
  await publish('b', 1);
  await setUpConsumers(manager, ['a', 'b']);
  const consumer = await js.consumers.get('EVENTS', 'reply-a');
  for (let number = 0; number < 4; number++) {
    const message = await consumer.next({ expires: 5_000 });
    if (number === 1) await message?.ackAck();
  }
  const before = performance.now();
  await giveOutAgain(manager);
  const again: (number | undefined)[] = [];
  for (let number = 0; number < 4; number++) {
    const message = await consumer.next({ expires: 20_000 });
    again.push(message?.seq);
    await message?.ackAck();
  }
  t.same(again, [1, 3, 4, 5], 'what was done is not done again');
  t.ok(performance.now() - before < 6_000, 'long before the ack wait is over');
  t.match(await consumer.info(), { num_ack_pending: 0, config: { ack_wait: 6_000_000_000 } });
});
