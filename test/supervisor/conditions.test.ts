import { getEventListeners } from 'node:events';
import t from 'tap';
import { Conditions } from '../../supervisor/conditions.ts';

void t.test('until() returns at the look that finds it true, and is not asked again', async (t) => {
  const conditions = new Conditions();
  let holds = false;
  let asked = 0;
  const { signal } = new AbortController();
  const waiting = conditions.until(() => {
    asked += 1;
    return holds;
  }, signal);
  conditions.look();
  holds = true;
  conditions.look();
  await waiting;
  const before = asked;
  conditions.look();
  t.equal(asked, before);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

void t.test('until() returns at once when it holds already, or nobody waits any more', async (t) => {
  const conditions = new Conditions();
  await conditions.until(() => true, new AbortController().signal);
  await conditions.until(() => false, AbortSignal.abort());
  const stop = new AbortController();
  let asked = 0;
  const waiting = conditions.until(() => {
    asked += 1;
    return false;
  }, stop.signal);
  stop.abort();
  await waiting;
  const before = asked;
  conditions.look();
  t.equal(asked, before, 'who waited is forgotten');
});

void t.test('look() serves several who wait', async (t) => {
  const conditions = new Conditions();
  let now = 0;
  const { signal } = new AbortController();
  const order: number[] = [];
  const waits = [2, 1].map(async (at) => {
    await conditions.until(() => now >= at, signal);
    order.push(at);
  });
  now = 1;
  conditions.look();
  await waits[1];
  t.same(order, [1]);
  now = 2;
  conditions.look();
  await Promise.all(waits);
  t.same(order, [1, 2]);
});
