import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { openBus } from '../../workers/open-bus.ts';
import { liveEvent } from '../support/events.ts';
import { accessTo, startNats } from '../support/nats.ts';

const log = pino({ level: 'silent' });
const never = new AbortController().signal;

void t.test('endPull() leaves no message to nobody, although more keep coming', async (t) => {
  const { url } = await startNats(t);
  const options = { access: accessTo(url), name: 'test', log, signal: never };
  await using bus = await openBus(options);
  await using worker = await openBus(options);
  const publishing = new AbortController();
  const published = new Set<number>();
  const publishers = Array.from({ length: 8 }, async () => {
    while (!publishing.signal.aborted) {
      const event = liveEvent({});
      const { seq } = await bus.publish('live.demo.event.chat', 'event', event, {
        msgId: event.id,
        signal: never,
      });
      published.add(seq);
    }
  });
  const given = new Set<number>();
  for (let round = 0; round < 10; round++) {
    const stop = new AbortController();
    let count = 0;
    const work = worker.work('EVENTS', 'reply-demo', 'event', { maxMessages: 100, signal: stop.signal });
    for await (const { seq } of work) {
      given.add(seq);
      if (++count === 20) stop.abort();
    }
  }
  publishing.abort();
  await Promise.all(publishers);
  // What the server could not deliver any more it gives out again at once; what arrived and was forgotten, only after the ack wait.
  const rest = worker.take('EVENTS', 'reply-demo', 'event', {
    maxMessages: 5_000,
    waitMs: 3_000,
    signal: never,
  });
  for await (const { seq } of rest) given.add(seq);
  t.same(
    [...published].filter((seq) => !given.has(seq)),
    [],
    'all that the server has given out has arrived',
  );
});

void t.test('endPull() ends a pull that stands without a message at once', async (t) => {
  const { url } = await startNats(t);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal: never });
  await bus.prepare('EVENTS', 'reply-demo', 'take');
  const stop = new AbortController();
  const taking = bus.take('EVENTS', 'reply-demo', 'event', {
    maxMessages: 1,
    waitMs: 60_000,
    signal: stop.signal,
  });
  const next = taking.next();
  // The pull stands once the server has counted it.
  const manager = await jetstreamManager(bus.connection);
  while ((await manager.consumers.info('EVENTS', 'reply-demo')).num_waiting === 0);
  stop.abort();
  t.same(await next, { done: true, value: undefined });
});
