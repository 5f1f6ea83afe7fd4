import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { RoomTrouble } from '../../../protocol/ipc.ts';
import { isUnheard, watchOutput } from '../../../workers/audio/watch-output.ts';

void t.test('watchOutput() tells that nothing can be heard, not at once, and that it is over', async (t) => {
  const outputs = { broken: true };
  const told: RoomTrouble[] = [];
  const news = { next: Promise.withResolvers<void>() };
  const begun = performance.now();
  using _watch = watchOutput({
    room: 'demo',
    outputs,
    counters: {},
    isHandedOver: () => false,
    report(trouble) {
      told.push(trouble);
      news.next.resolve();
    },
  });
  // Nothing else keeps this process running.
  using _awake = setInterval(() => undefined, 1_000);
  await news.next.promise;
  t.ok(performance.now() - begun >= 2_900);
  t.match(told, [{ room: 'demo', topic: 'sound', level: 'critical', text: /no output works/ }]);
  news.next = Promise.withResolvers();
  outputs.broken = false;
  await news.next.promise;
  await sleep(1_500);
  t.same(
    told.map(({ level }) => level),
    ['critical', 'ok'],
    'each once',
  );
});

void t.test(
  'watchOutput() tells of an output that ends again and again, and that it does no longer',
  async (t) => {
    const counters: Record<string, number> = {};
    const told: RoomTrouble[] = [];
    const news = { next: Promise.withResolvers<void>() };
    const begun = performance.now();
    const dying = setInterval(() => (counters['sinkDeaths'] = (counters['sinkDeaths'] ?? 0) + 1), 2_000);
    using _watch = watchOutput({
      room: 'demo',
      outputs: { broken: false },
      counters,
      isHandedOver: () => false,
      report(trouble) {
        told.push(trouble);
        news.next.resolve();
      },
    });
    await news.next.promise;
    t.ok(performance.now() - begun >= 14_900, 'one that ended once or twice is no trouble');
    t.match(told, [{ topic: 'sound', level: 'critical', text: /ends again and again/ }]);
    news.next = Promise.withResolvers();
    clearInterval(dying);
    using _awake = setInterval(() => undefined, 1_000);
    await news.next.promise;
    t.equal(told.at(-1)?.level, 'ok');
  },
);

void t.test('watchOutput() takes a few ends at once, and silence no more, for nothing', async (t) => {
  const counters: Record<string, number> = {};
  const told: RoomTrouble[] = [];
  const well = Promise.withResolvers<void>();
  let left = 4;
  const dying = setInterval(() => {
    counters['sinkDeaths'] = (counters['sinkDeaths'] ?? 0) + 1;
    if (--left === 0) clearInterval(dying);
  }, 1_100);
  using _awake = setInterval(() => undefined, 1_000);
  using _watch = watchOutput({
    room: 'demo',
    outputs: { broken: false },
    counters,
    isHandedOver: () => false,
    report(trouble) {
      told.push(trouble);
      well.resolve();
    },
  });
  await well.promise;
  t.match(told, [{ level: 'ok' }]);
});

for (const isHandedOver of [false, true]) {
  const what = isHandedOver ? 'what is so to who plays on' : 'nothing open';
  void t.test(`watchOutput() leaves ${what} when its worker ends`, async (t) => {
    const told: string[] = [];
    const lost = Promise.withResolvers<void>();
    using _awake = setInterval(() => undefined, 1_000);
    {
      using _watch = watchOutput({
        room: 'demo',
        outputs: { broken: true },
        counters: {},
        isHandedOver: () => isHandedOver,
        report({ level }) {
          told.push(level);
          lost.resolve();
        },
      });
      await lost.promise;
    }
    t.same(told, isHandedOver ? ['critical'] : ['critical', 'ok']);
  });
}

void t.test('watchOutput() leaves nothing open of an earlier worker either when it ends at once', (t) => {
  for (const isHandedOver of [false, true]) {
    const told: string[] = [];
    watchOutput({
      room: 'demo',
      outputs: { broken: false },
      counters: {},
      isHandedOver: () => isHandedOver,
      report: ({ level }) => told.push(level),
    })[Symbol.dispose]();
    t.same(told, isHandedOver ? [] : ['ok']);
  }
  t.end();
});

void t.test('isUnheard() knows what is discarded although it was to be heard', (t) => {
  const speaker = { broken: false, name: 'speaker', failedOver: false };
  const discarded = { broken: false, name: 'null', failedOver: true };
  t.notOk(isUnheard(speaker, []));
  t.ok(isUnheard({ broken: true, name: 'none', failedOver: true }, ['stream']));
  t.ok(isUnheard(discarded, []));
  t.ok(isUnheard(discarded, ['file']), 'a recording is no listener');
  t.notOk(isUnheard(discarded, ['stream']), 'it is heard beside');
  t.notOk(isUnheard({ ...discarded, failedOver: false }, []), 'that is what was wanted');
  t.notOk(isUnheard({ ...discarded, name: 'file' }, []));
  t.end();
});
