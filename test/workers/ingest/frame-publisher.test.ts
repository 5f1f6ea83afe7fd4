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
