import { getEventListeners } from 'node:events';
import t from 'tap';
import { Watch } from '../../../../../ops/sim/douyin-room/room/watch.ts';

void t.test('until() resolves with the first value that passes', async (t) => {
  const watch = new Watch<number>();
  const found = watch.until((value) => value > 2);
  for (const value of [1, 2, 3, 4]) watch.announce(value);
  t.equal(await found, 3);
  t.equal(watch.size, 0);
});

void t.test('until() rejects on abort and leaves no listener', async (t) => {
  const watch = new Watch<number>();
  const stop = new AbortController();
  const found = watch.until(() => true, stop.signal);
  t.equal(getEventListeners(stop.signal, 'abort').length, 1);
  stop.abort(new Error('enough'));
  await t.rejects(found, { message: 'enough' });
  t.equal(getEventListeners(stop.signal, 'abort').length, 0);
  t.equal(watch.size, 0);
  await t.rejects(
    watch.until(() => true, stop.signal),
    { message: 'enough' },
  );
});

void t.test('close() rejects who waits and who comes later', async (t) => {
  const watch = new Watch<number>();
  const found = watch.until(() => true);
  watch.close(new Error('over'));
  await t.rejects(found, { message: 'over' });
  await t.rejects(
    watch.until(() => true),
    { message: 'over' },
  );
});
