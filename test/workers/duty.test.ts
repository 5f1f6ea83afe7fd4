import t from 'tap';
import { delay } from '../../workers/delay.ts';
import { DutyWatch } from '../../workers/duty.ts';

const duty = { lease: 'audio:demo', epoch: 4 };

/** Keeps the main loop from turning, as a worker that was stopped experiences it. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

void t.test('DutyWatch is certain as long as the loop turns', async (t) => {
  const asked: number[] = [];
  const signal = AbortSignal.timeout(60_000);
  using watch = new DutyWatch({ deadlineMs: 5_000, ask: (epoch) => asked.push(epoch), signal });
  t.ok(watch.isCertain, 'also before it has a duty');
  watch.take(duty);
  t.same(watch.current, duty);
  await watch.certain();
  t.same(asked, []);
});

void t.test('DutyWatch asks after a standstill, and lets nothing out before it is confirmed', async (t) => {
  const asked: number[] = [];
  const signal = AbortSignal.timeout(60_000);
  using watch = new DutyWatch({ deadlineMs: 300, ask: (epoch) => asked.push(epoch), signal });
  watch.take(duty);
  block(400);
  t.notOk(watch.isCertain, 'the very first question after it is answered with no');
  t.same(asked, [4]);
  let out = false;
  const put = watch.certain().then(() => (out = true));
  watch.confirmed(3);
  await delay(50, signal);
  t.notOk(out, 'a word about another epoch is none about this one');
  watch.confirmed(4);
  await put;
  t.ok(out && watch.isCertain);
  t.equal(watch.doubts, 1);
});

void t.test('DutyWatch keeps asking, and ends its wait when the worker has to stop', async (t) => {
  const asked: number[] = [];
  const stop = new AbortController();
  using watch = new DutyWatch({ deadlineMs: 300, ask: (epoch) => asked.push(epoch), signal: stop.signal });
  watch.take(duty);
  block(400);
  const put = watch.certain();
  while (asked.length < 3) await delay(20, AbortSignal.timeout(60_000));
  stop.abort(new Error('stop'));
  await t.rejects(put, /stop/);
});

void t.test('DutyWatch has no doubt where there is no duty', (t) => {
  const signal = AbortSignal.timeout(60_000);
  using watch = new DutyWatch({ deadlineMs: 50, ask: () => t.fail('nobody to ask'), signal });
  block(100);
  t.ok(watch.isCertain);
  t.end();
});
