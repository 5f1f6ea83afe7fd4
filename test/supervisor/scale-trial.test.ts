import t from 'tap';
import type { LoadDriver } from '../../supervisor/load-drivers.ts';
import { judgeTrial, openTrial } from '../../supervisor/scale-trial.ts';

const driver = (kind: LoadDriver['kind'], mean: number, perSecond = 0): LoadDriver => ({
  kind,
  mean,
  forecast: mean,
  perSecond,
  target: { queue: 9, cpu: 70, memory: 80 }[kind],
  low: false,
});

void t.test('openTrial() expects a load to go on as it did, but never to fall by itself', (t) => {
  t.same(openTrial(driver('queue', 10, 2), 5), { at: 5, kind: 'queue', expected: 70 });
  t.same(openTrial(driver('queue', 10, -2), 5), { at: 5, kind: 'queue', expected: 10 });
  t.end();
});

void t.test('judgeTrial() says after 30 s whether one more replica helped', (t) => {
  const table: [string, LoadDriver['kind'], number, number, boolean][] = [
    ['more waits than was expected', 'queue', 100, 120, false],
    ['hardly less waits', 'queue', 100, 98, false],
    ['less waits, by what may wait for one of three', 'queue', 100, 97, true],
    ['no more waits than may', 'queue', 10, 9, true],
    ['no less CPU', 'cpu', 80, 77, false],
    ['less CPU', 'cpu', 80, 75, true],
    ['all of them work as hard as they can', 'cpu', 100, 99, true],
    ['no less memory', 'memory', 90, 90, false],
    ['less memory', 'memory', 90, 85, true],
  ];
  for (const [name, kind, expected, mean, helped] of table) {
    const seen = { fruitless: 2, drivers: [driver(kind, mean)], replicas: 3, now: 30_000 };
    t.same(
      judgeTrial({ at: 0, kind, expected }, seen),
      { trial: undefined, fruitless: helped ? 0 : 3 },
      name,
    );
  }
  t.end();
});

void t.test('judgeTrial() waits, and keeps what it knows while nothing is tried', (t) => {
  const trial = { at: 0, kind: 'queue' as const, expected: 10 };
  const seen = { fruitless: 2, drivers: [driver('queue', 100)], replicas: 3, now: 29_999 };
  t.same(judgeTrial(trial, seen), { trial, fruitless: 2 });
  t.same(judgeTrial(undefined, { ...seen, now: 99_999 }), { trial: undefined, fruitless: 2 });
  t.same(judgeTrial(trial, { ...seen, drivers: [], now: 30_000 }), { trial: undefined, fruitless: 0 });
  t.end();
});
