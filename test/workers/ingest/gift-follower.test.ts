import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import { eventSubject } from '../../../protocol/subjects.ts';
import { BusPresence } from '../../../workers/ingest/bus-presence.ts';
import { GiftFollower } from '../../../workers/ingest/gift-follower.ts';
import { lastEventSeq } from '../../../workers/ingest/last-message.ts';
import { openLogger } from '../../../workers/logger.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { liveEvent } from '../../support/events.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = openLogger({});
log.level = 'silent';
const filter = 'live.*.event.gift';

async function setUp(t: Test) {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const publish = async (event: LiveEvent) =>
    await bus.publish(eventSubject(event.room, event.kind), 'event', event, { msgId: event.id, signal });
  return { bus, publish, signal };
}

const gift = (id: string): LiveEvent =>
  liveEvent({
    id,
    body: {
      kind: 'gift',
      giftId: '4',
      name: '花',
      count: 1,
      total: 1,
      diamonds: 1,
      streak: '7/4/9',
      streakEnd: false,
    },
  });

void t.test('lastEventSeq() finds the last message of any room, and says 0 when there is none', async (t) => {
  const { bus, publish } = await setUp(t);
  await publish(liveEvent({}));
  t.equal(await lastEventSeq(bus.connection, filter), 0);
  await publish(gift('a'));
  const { seq } = await publish({ ...gift('b'), room: 'other' });
  await publish(liveEvent({}));
  t.equal(await lastEventSeq(bus.connection, filter), seq);
});

void t.test(
  'catchUp() returns once every gift that was published before was heard of, each time',
  async (t) => {
    const { bus, publish, signal } = await setUp(t);
    const presence = new BusPresence(bus.connection);
    for (let round = 0; round < 5; round++) {
      const heard: string[] = [];
      await publish(gift(`early ${round}`));
      await using follower = new GiftFollower({
        bus,
        presence,
        onGift: ({ id }) => heard.push(id),
        log,
        signal,
      });
      for (let count = 0; count < 20; count++) await publish(gift(`${round}.${count}`));
      await follower.catchUp();
      const expected = Array.from({ length: 20 }, (_, count) => `${round}.${count}`);
      t.same(new Set(heard.filter((id) => expected.includes(id))), new Set(expected));
      t.ok(heard.includes(`early ${round}`));
    }
  },
);
