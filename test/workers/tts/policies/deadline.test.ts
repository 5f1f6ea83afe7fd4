import { getEventListeners } from 'node:events';
import t from 'tap';
import { openDeadline, untilAborted } from '../../../../workers/tts/policies/deadline.ts';
import { VirtualClock } from './virtual-clock.ts';

void t.test('openDeadline() says stop when the time is over, or when the outer signal does', async (t) => {
  using clock = new VirtualClock();
  const outer = new AbortController();
  const limit = openDeadline(clock, 100, outer.signal);
  await clock.pass(99);
  t.notOk(limit.signal.aborted);
  await clock.pass(1);
  t.match(limit.signal.reason, { code: 'time-limit', message: 'not done within 100 ms' });
  const other = openDeadline(clock, 100, outer.signal);
  outer.abort(new Error('asked to end'));
  t.match(other.signal.reason, { message: 'asked to end' });
});

void t.test('openDeadline() leaves nothing behind when it is disposed', async (t) => {
  using clock = new VirtualClock();
  const outer = new AbortController();
  const limit = openDeadline(clock, 100, outer.signal);
  limit[Symbol.dispose]();
  await clock.pass(200);
  t.notOk(limit.signal.aborted);
  t.same(getEventListeners(outer.signal, 'abort'), []);
});

void t.test('untilAborted() does not wait for work that notices nothing', async (t) => {
  const stop = new AbortController();
  const waiting = untilAborted(new Promise(() => undefined), stop.signal);
  stop.abort(new Error('asked to end'));
  await t.rejects(waiting, { message: 'asked to end' });
  t.equal(await untilAborted(Promise.resolve(1), new AbortController().signal), 1);
  t.same(getEventListeners(stop.signal, 'abort'), []);
});
