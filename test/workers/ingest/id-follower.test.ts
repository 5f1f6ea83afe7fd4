import { jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import { eventSubject } from '../../../protocol/subjects.ts';
import { BusPresence } from '../../../workers/ingest/bus-presence.ts';
import { IdFollower } from '../../../workers/ingest/id-follower.ts';
import { openLogger } from '../../../workers/logger.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { liveEvent } from '../../support/events.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = openLogger({});
log.level = 'silent';

async function setUp(t: Test) {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const presence = new BusPresence(bus.connection);
  const publish = async (event: LiveEvent) =>
    await bus.publish(eventSubject(event.room, event.kind), 'event', event, { msgId: event.id, signal });
  const follow = () => {
    const heard: string[] = [];
    const news = { arrived: Promise.withResolvers<void>(), wanted: Infinity };
    const onEvent = ({ id }: LiveEvent) => {
      if (heard.push(id) >= news.wanted) news.arrived.resolve();
    };
    const follower = new IdFollower({ bus, presence, onEvent, log, signal, reachMs: 60_000 });
    const until = async (count: number) => {
      news.wanted = count;
      if (heard.length < count) await news.arrived.promise;
    };
    return { follower, heard, until };
  };
  return { bus, publish, follow };
}

void t.test('catchUp() returns once every event of every room was heard of, from the first on', async (t) => {
  const { publish, follow } = await setUp(t);
  const first = await publish(liveEvent({ id: 'early' }));
  const { follower, heard, until } = follow();
  await using _follower = follower;
  await until(1);
  const ids = Array.from({ length: 60 }, (_, count) => `${count}`);
  for (const [at, id] of ids.entries())
    await publish({ ...liveEvent({ id }), room: at % 2 === 0 ? 'demo' : 'other' });
  const caughtUp = await follower.catchUp();
  t.match(caughtUp, { firstSeq: first.seq, lastSeq: first.seq + ids.length });
  const lastOf = [...(caughtUp?.lastOf ?? [])].map(([room, { seq }]) => [room, seq]);
  t.same(lastOf, [
    ['demo', first.seq + 59],
    ['other', first.seq + 60],
  ]);
  t.ok(caughtUp && caughtUp.fromMs < Date.now() - 59_000);
  t.same(heard, ['early', ...ids]);
  await publish(liveEvent({ id: 'late' }));
  t.equal(await follower.catchUp(), caughtUp, 'the answer stays');
  await follower[Symbol.asyncDispose]();
  t.notOk(heard.includes('late'), 'and nothing is followed any more');
});

void t.test('catchUp() does not wait for what is too much', async (t) => {
  const { publish, follow } = await setUp(t);
  for (let left = 3_000; left > 0; left -= 100)
    await Promise.all(
      Array.from({ length: 100 }, async (_, count) => await publish(liveEvent({ id: `${left}.${count}` }))),
    );
  const { follower, heard, until } = follow();
  await using _follower = follower;
  await until(1);
  t.ok(heard.length < 300, 'a spare takes its time');
  t.equal(await follower.catchUp(), undefined);
  t.ok(heard.length < 3_000);
});

void t.test('catchUp() knows that a stream which was made anew is another one', async (t) => {
  const { bus, publish, follow } = await setUp(t);
  for (const id of ['a', 'b', 'c']) await publish(liveEvent({ id }));
  const { follower, until } = follow();
  await using _follower = follower;
  await until(3);
  const manager = await jetstreamManager(bus.connection);
  const { config } = await manager.streams.info('EVENTS');
  await manager.streams.delete('EVENTS');
  await manager.streams.add(config);
  for (let count = 0; count < 10; count++) await publish(liveEvent({ id: `new ${count}` }));
  t.equal(await follower.catchUp(), undefined);
});

void t.test('catchUp() knows that it knows nothing when there is nothing', async (t) => {
  const { follow } = await setUp(t);
  await using follower = follow().follower;
  t.equal(await follower.catchUp(), undefined);
});
