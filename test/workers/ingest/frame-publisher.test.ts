import t from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { EventSink } from '../../../workers/ingest/frame-publisher.ts';
import { FramePublisher } from '../../../workers/ingest/frame-publisher.ts';
import { liveEvent } from '../../support/events.ts';

function setUp(options: { maxInFlight?: number; maxFrames?: number } = {}) {
  const stop = new AbortController();
  const pending = new Map<string, PromiseWithResolvers<void>>();
  const sink: EventSink = {
    async publish({ id }: LiveEvent) {
      const kept = Promise.withResolvers<void>();
      pending.set(id, kept);
      await kept.promise;
    },
  };
  const acked: string[] = [];
  const publisher = new FramePublisher({ sink, signal: stop.signal, ...options });
  const add = (name: string, ids: string[]) =>
    publisher.add(
      ids.map((id) => liveEvent({ id })),
      () => acked.push(name),
    );
  return { stop, pending, acked, publisher, add };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

void t.test('add() acknowledges frames in order, each after its last event', async (t) => {
  const { pending, acked, publisher, add } = setUp();
  await add('first', ['a', 'b']);
  await add('second', ['c']);
  await add('empty', []);
  pending.get('c')?.resolve();
  pending.get('a')?.resolve();
  await turn();
  t.same(acked, []);
  pending.get('b')?.resolve();
  await publisher.settled();
  t.same(acked, ['first', 'second', 'empty']);
  t.equal(publisher.frames, 0);
});

void t.test('add() has no more events on their way than it may', async (t) => {
  const { pending, publisher, add } = setUp({ maxInFlight: 2 });
  const adding = add('frame', ['a', 'b', 'c']);
  await turn();
  t.same([...pending.keys()], ['a', 'b']);
  pending.get('b')?.resolve();
  await adding;
  t.same([...pending.keys()], ['a', 'b', 'c']);
  pending.get('a')?.resolve();
  pending.get('c')?.resolve();
  await publisher.settled();
});

void t.test('add() holds back when too many frames wait', async (t) => {
  const { pending, publisher, add } = setUp({ maxFrames: 2 });
  await add('first', ['a']);
  let taken = false;
  const adding = add('second', []).then(() => (taken = true));
  await turn();
  t.equal(taken, false);
  pending.get('a')?.resolve();
  await adding;
  await publisher.settled();
});

const gift = (id: string, streak: string, total: number) =>
  liveEvent({
    id,
    body: {
      kind: 'gift',
      giftId: '4',
      name: '玫瑰',
      count: 1,
      total,
      diamonds: 1,
      streak,
      streakEnd: false,
    },
  });

void t.test('add() publishes the gifts of a streak one after the other, and others meanwhile', async (t) => {
  const { pending, acked, publisher } = setUp();
  await publisher.add([gift('a3', 'a', 3), gift('a5', 'a', 5), gift('b1', 'b', 1)], () =>
    acked.push('first'),
  );
  await publisher.add([gift('a6', 'a', 6), gift('none', '', 1), liveEvent({ id: 'chat' })], () =>
    acked.push('second'),
  );
  const sent = () => [...pending.keys()];
  t.same(sent(), ['a3', 'b1', 'none', 'chat']);
  pending.get('chat')?.resolve();
  pending.get('b1')?.resolve();
  await turn();
  t.same(sent().slice(4), [], 'the bus still has the first of the streak');
  pending.get('a3')?.resolve();
  await turn();
  t.same(sent().slice(4), ['a5']);
  pending.get('a5')?.resolve();
  await turn();
  t.same(sent().slice(4), ['a5', 'a6']);
  t.same(acked, ['first']);
  pending.get('a6')?.resolve();
  pending.get('none')?.resolve();
  await publisher.settled();
  t.same(acked, ['first', 'second']);
  t.same([publisher.inFlight, publisher.frames], [0, 0]);
  const more = publisher.add([gift('a7', 'a', 7)], () => acked.push('third'));
  await turn();
  t.equal(sent().at(-1), 'a7', 'a streak whose gifts are kept holds nothing up');
  pending.get('a7')?.resolve();
  await more;
  await publisher.settled();
});

void t.test('add() publishes no gift after one of its streak that was not kept', async (t) => {
  const { stop, pending, acked, publisher } = setUp();
  await publisher.add([gift('a3', 'a', 3), gift('a5', 'a', 5)], () => acked.push('first'));
  stop.abort(new Error('stop'));
  pending.get('a3')?.reject(new Error('stop'));
  await publisher.settled();
  t.same([...pending.keys()], ['a3']);
  t.same(acked, []);
  t.equal(publisher.inFlight, 0);
});

void t.test('add() counts gifts that wait for their streak among those on their way', async (t) => {
  const { pending, publisher } = setUp({ maxInFlight: 2 });
  const gifts = [1, 2, 3].map((total) => gift(`a${total}`, 'a', total));
  const adding = publisher.add(gifts, () => undefined);
  await turn();
  t.same([...pending.keys(), publisher.inFlight], ['a1', 2]);
  for (const id of ['a1', 'a2', 'a3']) {
    pending.get(id)?.resolve();
    await turn();
  }
  await adding;
  await publisher.settled();
  t.same([...pending.keys()], ['a1', 'a2', 'a3']);
});

void t.test('add() acknowledges nothing after what was not kept', async (t) => {
  const { stop, pending, acked, publisher, add } = setUp();
  await add('first', ['a']);
  await add('second', ['b']);
  stop.abort(new Error('stop'));
  pending.get('a')?.reject(new Error('stop'));
  pending.get('b')?.resolve();
  await publisher.settled();
  t.same(acked, []);
  await t.rejects(add('third', ['c']), { message: 'stop' });
  await publisher.settled();
  t.same(acked, []);
});
