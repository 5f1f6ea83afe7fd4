import t from 'tap';
import { EngineError } from '../../../../workers/tts/endpoint.ts';
import { Refusals } from '../../../../workers/tts/policies/refusals.ts';
import { VirtualClock } from './virtual-clock.ts';

function open(clock = new VirtualClock()) {
  t.teardown(() => clock[Symbol.dispose]());
  return new Refusals({ name: 'web', clock, mostMs: 30_000 });
}

const refused = (status: number) => new EngineError('refused', 'no', { status });

void t.test('isFault() blames for what is refused to all', (t) => {
  for (const status of [301, 302, 307, 401, 402, 403, 404, 405, 410])
    t.equal(open().isFault(refused(status), '甲'), true, `${status}`);
  t.equal(open().isFault(new EngineError('server', 'no', { status: 400 }), '甲'), true);
  t.end();
});

void t.test('isFault() blames for what may be of the text once different texts are refused', (t) => {
  for (const status of [0, 400, 413, 422]) {
    const refusals = open();
    const judge = (text: string) => refusals.isFault(refused(status), text);
    t.same(['甲', '甲', '乙', '乙', '甲'].map(judge), [false, false, true, false, true], `${status}`);
    refusals.clear();
    t.same(['乙', '甲'].map(judge), [false, true], 'it spoke in between');
  }
  t.end();
});

void t.test('assertOver() throws for as long as a busy server asked for, within bounds', async (t) => {
  const clock = new VirtualClock();
  const refusals = open(clock);
  const busy = (retryAfterMs: number) =>
    refusals.isFault(new EngineError('busy', 'later', { status: 429, retryAfterMs }), '甲');
  t.equal(busy(0), false);
  refusals.assertOver();
  t.equal(busy(5_000), false);
  await clock.pass(4_000);
  t.throws(() => refusals.assertOver(), { code: 'busy', retryAfterMs: 1_000, message: /1000 ms more/ });
  await clock.pass(1_000);
  refusals.assertOver();
  busy(3_600_000);
  t.throws(() => refusals.assertOver(), { code: 'busy', retryAfterMs: 30_000 });
  refusals.clear();
  refusals.assertOver();
});
