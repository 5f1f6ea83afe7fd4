import { getEventListeners } from 'node:events';
import t from 'tap';
import { TurnClock } from '../../../workers/reply/turn-clock.ts';

void t.test('due() gives everybody a turn now and then, and at once those for whom something came', (t) => {
  const clock = new TurnClock(['a', 'b', 'c']);
  t.same(clock.due(1_000), ['a', 'b', 'c']);
  t.same(clock.due(1_001), []);
  clock.wake('b');
  clock.wake('b');
  t.same(clock.due(1_050), ['b']);
  t.same(clock.due(1_051), []);
  t.same(clock.due(1_100), ['a', 'b', 'c']);
  t.end();
});

void t.test('next() returns when something comes, and leaves no listener behind', async (t) => {
  const clock = new TurnClock(['a']);
  const { signal } = new AbortController();
  clock.due(performance.now() + 3_600_000);
  const next = clock.next(signal);
  clock.wake('a');
  await next;
  clock.due(performance.now() + 3_600_000);
  const later = clock.next(signal);
  setTimeout(() => clock.wake('a'), 20);
  await later;
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

void t.test('next() returns at once when the signal says stop', async (t) => {
  const clock = new TurnClock(['a']);
  clock.due(performance.now() + 3_600_000);
  const stop = new AbortController();
  const next = clock.next(stop.signal);
  stop.abort();
  await next;
  await clock.next(stop.signal);
  t.equal(getEventListeners(stop.signal, 'abort').length, 0);
});
