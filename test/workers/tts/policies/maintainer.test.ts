import { pino } from 'pino';
import t from 'tap';
import { EndpointStatistics } from '../../../../workers/tts/policies/endpoint-statistics.ts';
import type { Renewable } from '../../../../workers/tts/policies/maintainer.ts';
import { Maintainer } from '../../../../workers/tts/policies/maintainer.ts';
import { VirtualClock } from './virtual-clock.ts';

const rules = { enabled: true, afterRequests: 10, maxMemoryMb: 1_000, idleMs: 3_000, readyMs: 5_000 };

function make({
  takesMs = 1_000,
  fails = false,
  isLastResortReady = true,
  names = ['a', 'b'],
  readMemoryMb = async (_at: number) => 0,
} = {}) {
  const clock = new VirtualClock();
  const events: string[] = [];
  const endpoints = names.map((name): Renewable => {
    const statistics = new EndpointStatistics({ engine: 'gsv', endpoint: name });
    return {
      name,
      ready: true,
      canRestart: true,
      state: { state: 'closed', inFlight: 0, queued: 0 },
      statistics,
      async restart(signal) {
        events.push(`${clock.now()} ${name} begins`);
        if (!(await clock.delay(takesMs, signal))) throw signal.reason;
        if (fails) throw new Error('it did not come back');
        statistics.restarted();
        events.push(`${clock.now()} ${name} is there`);
      },
    };
  });
  const maintainer = new Maintainer({
    engines: [{ id: 'gsv', endpoints, rules, readMemoryMb }],
    isLastResortReady: () => isLastResortReady,
    clock,
    log: pino({ level: 'silent' }),
  });
  const stop = new AbortController();
  const running = maintainer.run(stop.signal);
  const end = async () => {
    stop.abort(new Error('the show ends'));
    await clock.finish(running);
  };
  const ask = (times: number) => {
    for (const { statistics } of endpoints) for (let at = 0; at < times; at++) statistics.sent(clock.now());
  };
  return { clock, events, ask, end, endpoints };
}

void t.test('run() renews one server after another, when nobody has asked for a while', async (t) => {
  const { clock, events, ask, end } = make();
  ask(10);
  await clock.pass(10_000);
  t.same(events, ['3000 a begins', '4000 a is there', '4000 b begins', '5000 b is there']);
  await end();
});

void t.test('run() tries a restart that failed or hung again, at growing distances', async (t) => {
  for (const options of [{ fails: true }, { takesMs: 60_000 }]) {
    const { clock, events, endpoints, end } = make(options);
    endpoints[0]?.statistics.fault('sentinel');
    endpoints[0]?.statistics.fault('sentinel');
    await clock.pass(100_000);
    t.equal(events.length, 4, events.join());
    await end();
  }
});

void t.test('run() renews nothing when nobody could speak meanwhile', async (t) => {
  const { clock, events, ask, end, endpoints } = make({ isLastResortReady: false });
  for (const endpoint of endpoints) Object.assign(endpoint, { ready: false });
  ask(10);
  await clock.pass(10_000);
  t.same(events, []);
  await end();
});

void t.test('run() returns when a restart that was under way has ended', async (t) => {
  const { clock, events, ask, end } = make({ takesMs: 4_000 });
  ask(10);
  await clock.pass(3_100);
  t.same(events, ['3000 a begins']);
  await end();
  await clock.pass(60_000);
  t.same(events, ['3000 a begins']);
});

void t.test(
  'run() renews a server that has grown too large, and looks at its memory now and then',
  async (t) => {
    let reads = 0;
    const sizes = [500, 500, 500, 2_000, 600];
    const { clock, events, end } = make({
      names: ['a'],
      readMemoryMb: async () => sizes[Math.min(reads++, sizes.length - 1)] ?? 0,
    });
    await clock.pass(89_000);
    t.same([reads, events], [3, []]);
    await clock.pass(10_000);
    t.equal(events.length, 2, events.join());
    await clock.pass(60_000);
    t.same([reads, events.length], [6, 2], 'what it was before the restart counts no more');
    await end();
  },
);

void t.test('run() renews the only server of a voice in a longer pause', async (t) => {
  const { clock, events, ask, end, endpoints } = make({ names: ['a'] });
  ask(10);
  await clock.pass(15_000);
  const [a] = endpoints;
  if (a) Object.assign(a, { state: { ...a.state, queued: 1 } });
  await clock.pass(15_000);
  t.same(events, [], 'somebody waits');
  if (a) Object.assign(a, { state: { ...a.state, queued: 0 } });
  await clock.pass(2_000);
  t.equal(events.length, 2);
  await end();
});
