import { pino } from 'pino';
import t from 'tap';
import type { Draw } from '../../../../workers/tts/endpoint.ts';
import { EngineError } from '../../../../workers/tts/endpoint.ts';
import { GuardedEndpoint } from '../../../../workers/tts/policies/guarded-endpoint.ts';
import { LostRaceError } from '../../../../workers/tts/policies/hedge.ts';
import type { Behaviour } from './fake-endpoint.ts';
import { FakeEndpoint } from './fake-endpoint.ts';
import { judgeFake, webLimits } from './make-synthesiser.ts';
import { VirtualClock } from './virtual-clock.ts';

const draw: Draw = { seed: 1, safer: false, streamed: true };
const hang: Behaviour = { ms: 0, fault: 'hang' };
const down: Behaviour = { ms: 10, fault: 'unreachable' };

async function open({ slots = 1, isLastResort = false, limits = webLimits } = {}) {
  const clock = new VirtualClock({ everywhere: true });
  t.teardown(() => clock[Symbol.dispose]());
  const endpoint = new FakeEndpoint({ name: 'gsv-1', clock, slots });
  const guarded = new GuardedEndpoint({
    endpoint,
    engineId: 'gsv',
    limits,
    hedge: { leastMs: 600, factor: 1.5 },
    judge: async (raw) => judgeFake(raw).ok,
    clock,
    random: () => 0,
    log: pino({ level: 'silent' }),
    isLastResort,
  });
  await clock.finish(guarded.warmUp(new AbortController().signal));
  endpoint.asked.length = 0;
  const speak = async (text = '欢迎', signal = new AbortController().signal) =>
    await guarded.speak(
      { text, voice: '', speed: 1 },
      {
        draw,
        signal,
        deadlineAt: clock.now() + 20_000,
        onSent: () => undefined,
        onFirstByte: () => undefined,
      },
    );
  /** What came of each request, one after another. */
  const fail = async (times: number, behaviour: Behaviour) => {
    endpoint.behave = () => behaviour;
    const codes: unknown[] = [];
    for (let index = 0; index < times; index++) {
      codes.push(
        await clock.finish(speak()).then(
          () => 'good',
          (error: { code?: string }) => error.code,
        ),
      );
    }
    return codes;
  };
  const giveUp = async (afterMs: number, reason: Error) => {
    const stop = new AbortController();
    const speaking = speak('欢迎', stop.signal).catch((error: unknown) => error);
    await clock.pass(afterMs);
    stop.abort(reason);
    return await clock.finish(speaking);
  };
  return { clock, endpoint, guarded, speak, fail, giveUp };
}

void t.test('speak() is not ready before it is warm, and knows then how long it takes', async (t) => {
  using clock = new VirtualClock();
  const endpoint = new FakeEndpoint({ name: 'gsv-1', clock, behave: () => ({ ms: 800 }) });
  const guarded = new GuardedEndpoint({
    endpoint,
    engineId: 'gsv',
    limits: webLimits,
    hedge: { leastMs: 600, factor: 1.5 },
    judge: async (raw) => judgeFake(raw).ok,
    clock,
    random: () => 0,
    log: pino({ level: 'silent' }),
  });
  t.equal(guarded.ready, false);
  const { signal } = new AbortController();
  const options = { draw, signal, deadlineAt: 1_000, onSent: () => undefined, onFirstByte: () => undefined };
  await t.rejects(guarded.speak({ text: '好', voice: '', speed: 1 }, options), { code: 'left-alone' });
  await clock.finish(guarded.warmUp(signal));
  t.equal(guarded.ready, true);
  t.equal(guarded.patienceMs, 1_200);
  endpoint.behave = () => ({ ms: 10, fault: 'bad' });
  await t.rejects(clock.finish(guarded.warmUp(signal)), { code: 'garbage' });
});

void t.test(
  'speak() gives no more at once than there are slots, in order, and a bounded number waits',
  async (t) => {
    const { clock, endpoint, speak, guarded } = await open({ slots: 2 });
    const texts = Array.from({ length: 11 }, (_, index) => `${index}`);
    const ended: string[] = [];
    const speaking = texts.map(async (text) => {
      await speak(text).then(
        () => ended.push(text),
        (error: { code: string }) => ended.push(`${text} ${error.code}`),
      );
    });
    t.match(guarded.state, { queued: 8 });
    t.equal(guarded.free, false);
    await clock.finish(Promise.all(speaking));
    t.same(ended, ['10 full', ...texts.slice(0, 10)]);
    t.equal(endpoint.mostInFlight, 2);
  },
);

void t.test(
  'speak() leaves a server that fails alone, and comes back when a real sentence was good',
  async (t) => {
    const { clock, endpoint, guarded, fail, speak } = await open();
    t.same(await fail(4, down), ['unreachable', 'unreachable', 'unreachable', 'left-alone']);
    t.equal(endpoint.asked.length, 3);
    endpoint.behave = () => ({ ms: 10, fault: 'bad' });
    await clock.pass(1_100);
    t.equal(guarded.state.state, 'open', 'a bad sound is no recovery');
    endpoint.behave = () => ({ ms: 10 });
    await clock.pass(2_100);
    t.equal(guarded.state.state, 'closed');
    t.equal(guarded.statistics.probes, 2);
    t.match(endpoint.asked.at(-1)?.text, /^.{8,30}$/, 'a sentence of ordinary length');
    t.ok(await clock.finish(speak()));
  },
);

void t.test('speak() does not blame a server for being busy, or for a text that it refuses', async (t) => {
  const { guarded, fail } = await open();
  await fail(10, { ms: 10, fault: 'busy' });
  await fail(10, { ms: 10, fault: 'refused' });
  t.equal(guarded.state.state, 'closed');
});

void t.test('speak() does not ask again before a busy server wants to be asked', async (t) => {
  const { clock, endpoint, guarded, speak, fail } = await open();
  t.same(await fail(3, { ms: 10, fault: 'busy', retryAfterMs: 8_000 }), ['busy', 'busy', 'busy']);
  t.equal(endpoint.asked.length, 1);
  t.match([guarded.ready, guarded.state], [true, { state: 'closed', inFlight: 0 }]);
  endpoint.behave = () => ({ ms: 10 });
  await t.rejects(clock.finish(speak()), { code: 'busy' });
  await clock.pass(8_000);
  t.ok(await clock.finish(speak()));
  t.equal(endpoint.asked.length, 2);
});

void t.test('speak() leaves a server alone that refuses whatever it is asked', async (t) => {
  for (const status of [401, 403, 404, 302]) {
    const { guarded, fail } = await open();
    await fail(3, { ms: 10, fault: 'refused', status });
    t.match([guarded.ready, guarded.state], [false, { state: 'open' }], `${status}`);
  }
  for (const [texts, state] of [
    [['甲', '乙', '丙'], 'closed'],
    [['甲', '乙', '丙', '丁'], 'open'],
  ] as const) {
    const { clock, endpoint, guarded, speak } = await open();
    endpoint.behave = () => ({ ms: 10, fault: 'refused', status: 400 });
    for (const text of texts) await t.rejects(clock.finish(speak(text)), { code: 'refused' });
    t.equal(guarded.state.state, state, `${texts.length} texts`);
  }
});

void t.test('speak() counts as a failure when another was asked because nothing was heard', async (t) => {
  const { guarded, endpoint, giveUp } = await open();
  endpoint.behave = () => hang;
  await giveUp(700, new LostRaceError('another was faster', { kind: 'quiet', afterMs: 600 }));
  await giveUp(100, new LostRaceError('another was faster'));
  t.match(guarded.statistics.snapshot(), { failed: 1, faults: { quiet: 1 }, lost: 1 });
});

void t.test(
  'speak() blames a server neither for what others gave up, nor for a lost race in which it had little time',
  async (t) => {
    const { guarded, endpoint, giveUp } = await open();
    endpoint.behave = () => hang;
    for (let index = 0; index < 5; index++) await giveUp(5_000, new Error('the show ends'));
    for (let index = 0; index < 5; index++) await giveUp(100, new LostRaceError('another was faster'));
    t.equal(guarded.state.state, 'closed');
    t.equal(guarded.statistics.lost, 5);
  },
);

void t.test(
  'speak() leaves a server alone that said nothing in three races, until a probe is answered',
  async (t) => {
    const { clock, endpoint, guarded, giveUp } = await open();
    endpoint.behave = () => hang;
    for (let index = 0; index < 3; index++) await giveUp(700, new LostRaceError('another was faster'));
    t.equal(guarded.state.state, 'open');
    endpoint.behave = () => ({ ms: 1_500 });
    await clock.pass(5_000);
    t.equal(guarded.state.state, 'closed', 'it is slow, but it is there');
    t.equal(guarded.patienceMs, 2_250, 'and waited for from now on');
  },
);

void t.test(
  'speak() ends at once for whom it is given up, and keeps the slot until the server has ended it',
  async (t) => {
    const { clock, endpoint, guarded, speak } = await open();
    endpoint.behave = () => ({ ...hang, deafMs: 3_000 });
    const stop = new AbortController();
    const speaking = speak('欢迎', stop.signal);
    await clock.pass(10);
    const before = clock.now();
    stop.abort(new Error('given up'));
    await t.rejects(clock.finish(speaking), { message: 'given up' });
    t.equal(clock.now(), before);
    t.match(guarded.state, { inFlight: 1 });
    t.equal(guarded.free, false);
    await clock.pass(3_000);
    t.equal(guarded.free, true);
  },
);

void t.test('speak() never probes a server that still works for us', async (t) => {
  const { clock, endpoint, guarded, fail, speak } = await open({ slots: 2 });
  endpoint.behave = ({ text }) => (text === '慢' ? { ms: 4_000 } : down);
  const slow = speak('慢');
  for (let index = 0; index < 3; index++) await clock.finish(speak().catch(() => undefined));
  t.equal(guarded.state.state, 'open');
  await clock.pass(6_000);
  t.equal(endpoint.probes, 0);
  await clock.finish(slow);
  await clock.pass(100);
  t.equal(endpoint.probes, 1);
  await fail(1, down);
});

void t.test('speak() asks again when a proxy has nobody behind it, and counts one request', async (t) => {
  const { clock, endpoint, guarded, speak } = await open();
  let times = 0;
  endpoint.behave = () => (times++ < 2 ? { ms: 1, fault: 'server', status: 503 } : { ms: 1 });
  t.ok(await clock.finish(speak()));
  t.equal(endpoint.asked.length, 3);
  t.match(guarded.statistics, { requests: 1, successes: 1, failed: 0 });
});

void t.test('speak() asks no more often than the rate allows', async (t) => {
  const { clock, endpoint, speak } = await open({
    slots: 4,
    limits: { ...webLimits, rate: { capacity: 1, perSecond: 2 } },
  });
  const begunAt = clock.now();
  await clock.finish(Promise.all([speak(), speak(), speak()]));
  t.equal(endpoint.asked.length, 3);
  t.ok(clock.now() - begunAt >= 1_000);
});

void t.test('reportQuality() leaves a server alone whose sounds may not be heard', async (t) => {
  const { guarded } = await open();
  for (let index = 0; index < 5; index++) guarded.reportQuality(false, ['only silence']);
  t.equal(guarded.state.state, 'open');
  t.match(guarded.statistics, { rejected: 5 });
});

void t.test('restart() lets nobody through meanwhile, and starts afresh', async (t) => {
  const { clock, endpoint, guarded, fail, speak } = await open();
  await fail(2, { ms: 10, fault: 'sentinel' });
  t.equal(guarded.state.state, 'open');
  endpoint.behave = () => ({ ms: 10 });
  endpoint.restart = async (signal) => void (await clock.delay(500, signal));
  const restarting = guarded.restart(new AbortController().signal);
  t.equal(guarded.state.state, 'renewing');
  await t.rejects(speak(), { code: 'left-alone' });
  await t.rejects(guarded.restart(new AbortController().signal), /is not restarted/);
  await clock.finish(restarting);
  t.equal(guarded.state.state, 'closed');
  t.match(guarded.statistics, { restarts: 1, sentinelsInARow: 0 });
});

void t.test('restart() that fails leaves the server alone, and tells why', async (t) => {
  const { endpoint, guarded } = await open();
  endpoint.restart = async () => await Promise.reject(new EngineError('unreachable', 'it did not come back'));
  await t.rejects(guarded.restart(new AbortController().signal), { code: 'unreachable' });
  t.equal(guarded.state.state, 'open');
});

void t.test('speak() of the last resort asks whatever happened before', async (t) => {
  const { clock, endpoint, guarded, fail, speak } = await open({ isLastResort: true });
  await fail(9, { ms: 1, fault: 'throw' });
  for (let index = 0; index < 9; index++) guarded.reportQuality(false, ['only silence']);
  endpoint.behave = () => ({ ms: 1 });
  t.ok(await clock.finish(speak()));
});

void t.test('asyncDispose ends a recovery that is under way', async (t) => {
  const { clock, endpoint, guarded, fail } = await open();
  await fail(3, down);
  endpoint.behave = () => hang;
  await clock.pass(1_100);
  t.equal(guarded.state.state, 'probing');
  await clock.finish(guarded[Symbol.asyncDispose]());
  const asked = endpoint.asked.length;
  await clock.pass(60_000);
  t.equal(endpoint.asked.length, asked);
});
