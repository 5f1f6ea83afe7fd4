import { EventEmitter, once } from 'node:events';
import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { BusLostError, BusOutage } from '../../workers/bus-outage.ts';
import { openBus } from '../../workers/open-bus.ts';
import type { HoldReport } from '../../workers/held-messages.ts';
import { HeldMessages } from '../../workers/held-messages.ts';
import { liveEvent } from '../support/events.ts';
import { accessTo, startNats } from '../support/nats.ts';

const log = pino({ level: 'silent' });
const never = new AbortController().signal;

void t.test('BusOutage.orLost() gives the answer, or says at once that the connection is lost', async (t) => {
  const outage = new BusOutage();
  t.equal(await outage.orLost(Promise.resolve(7)), 7);
  const waiting = outage.orLost(new Promise(() => undefined));
  outage.lost();
  await t.rejects(waiting, BusLostError);
  const back = outage.untilBack(60_000, never);
  outage.back();
  await back;
  await outage.untilBack(60_000, never);
});

void t.test('publish() recognises a repeat, keeps order, and read() gives everything back', async (t) => {
  const { url } = await startNats(t);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal: never });
  const events = Array.from({ length: 20 }, () => liveEvent({}));
  for (const event of events) {
    const { duplicate } = await bus.publish('live.demo.event.chat', 'event', event, {
      msgId: event.id,
      signal: never,
    });
    t.equal(duplicate, false);
  }
  const [first] = events;
  if (!first) throw new Error('there are twenty');
  t.match(await bus.publish('live.demo.event.chat', 'event', first, { msgId: first.id, signal: never }), {
    duplicate: true,
  });
  // The stream answers once it has it.
  await bus.connection.request('live.demo.event.chat', Buffer.from('garbage'));
  const seen: string[] = [];
  const options = { filter: 'live.demo.event.*', from: { seq: 1 }, untilEnd: true, signal: never };
  for await (const { body } of bus.read('EVENTS', 'event', options)) seen.push(body.id);
  t.same(
    seen,
    events.map(({ id }) => id),
  );
  t.equal(bus.refused, 1);
  for await (const _ of bus.read('EVENTS', 'event', { ...options, filter: 'live.other.event.*' }))
    t.fail('of no other room');
});

void t.test('work() gives each message until it is acked, and ends when it is told to', async (t) => {
  const { url } = await startNats(t);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal: never });
  const stop = new AbortController();
  const event = liveEvent({});
  await bus.publish('live.demo.event.chat', 'event', event, { msgId: event.id, signal: never });
  // The stream answers once it has it.
  await bus.connection.request('live.demo.event.chat', Buffer.from('garbage'));
  const seen: number[] = [];
  for await (const { message, deliveries } of bus.work('EVENTS', 'reply-demo', 'event', {
    maxMessages: 10,
    signal: stop.signal,
  })) {
    seen.push(deliveries);
    if (deliveries === 1) message.nak();
    else {
      message.ack();
      stop.abort();
    }
  }
  t.same(seen, [1, 2]);
});

void t.test('publish() stops when it is told to while the bus is away', async (t) => {
  const nats = await startNats(t);
  const end = new AbortController();
  await using bus = await openBus({ access: accessTo(nats.url), name: 'test', log, signal: never });
  await nats.stop();
  const event = liveEvent({});
  const publishing = bus.publish('live.demo.event.chat', 'event', event, {
    msgId: event.id,
    signal: end.signal,
  });
  end.abort(new Error('enough'));
  await t.rejects(publishing, /enough/);
});

void t.test(
  'HeldMessages tells what is held and what is settled, by the subject that gives it back',
  async (t) => {
    const { url } = await startNats(t);
    const reports: HoldReport[] = [];
    const told = new EventEmitter();
    using held = new HeldMessages((report) => {
      reports.push(report);
      told.emit(report.kind);
    });
    await using bus = await openBus({
      access: accessTo(url),
      name: 'test',
      log,
      signal: never,
      onTaken: (message) => held.add(message),
    });
    const event = liveEvent({});
    await bus.publish('live.demo.event.chat', 'event', event, { msgId: event.id, signal: never });
    const stop = new AbortController();
    const deliveries: number[] = [];
    const took = once(told, 'took');
    for await (const delivery of bus.work('EVENTS', 'reply-demo', 'event', {
      maxMessages: 10,
      signal: stop.signal,
    })) {
      deliveries.push(delivery.deliveries);
      if (deliveries.length === 1) {
        // What the supervisor does when the one who holds it is dead.
        await took;
        for (const ack of reports.flatMap(({ acks }) => acks)) bus.connection.publish(ack, '-NAK');
        continue;
      }
      const settled = once(told, 'settled');
      delivery.message.ack();
      await settled;
      stop.abort();
    }
    t.same(deliveries, [1, 2]);
    const both = reports.filter(({ kind }) => kind === 'took').flatMap(({ acks }) => acks);
    t.ok(both.length === 2 && both.every((ack) => ack.startsWith('$JS.ACK.')));
    t.same(
      reports.filter(({ kind }) => kind === 'settled').flatMap(({ acks }) => acks),
      both,
    );
  },
);

void t.test('HeldMessages tells of a burst before whoever reads it has a moment to spare', (t) => {
  const reports: HoldReport[] = [];
  using held = new HeldMessages((report) => reports.push(report));
  for (let seq = 1; seq <= 500; seq++) {
    const info = { stream: 'EVENTS', consumer: 'reply-demo' };
    held.add({ seq, info, reply: `$JS.ACK.${seq}`, didAck: false } as unknown as JsMsg);
  }
  const told = new Set(reports.flatMap(({ acks }) => acks));
  t.ok(told.size > 400, `${told.size} of 500`);
  t.ok(reports.length < 20, 'and not one by one');
  t.end();
});
