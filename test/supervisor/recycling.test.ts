import t from 'tap';
import type { RecyclingChild, RecyclingService } from '../../supervisor/recycling.ts';
import { drawMaxAge, nextRecycling } from '../../supervisor/recycling.ts';
import { seeded } from './seeded.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const now = 100 * hourMs;

const child = (change: Partial<RecyclingChild> = {}): RecyclingChild => ({
  id: 'tts',
  startedAt: now - hourMs,
  maxAgeMs: 12 * hourMs,
  softInMs: Infinity,
  speaking: false,
  ...change,
});
const old = { startedAt: now - 12 * hourMs };
const service = (change: Partial<RecyclingService> = {}): RecyclingService => ({
  children: [child(old)],
  readySpares: 1,
  changing: false,
  ...change,
});
const next = (...services: RecyclingService[]) => nextRecycling(services, -Infinity, now)?.id ?? 'none';

void t.test('nextRecycling() takes what is too old or will be too large', (t) => {
  const table: [string, Partial<RecyclingChild>, string][] = [
    ['young', {}, 'none'],
    ['as old as it may become', old, 'tts'],
    ['a millisecond younger', { startedAt: now - 12 * hourMs + 1 }, 'none'],
    ['at its limit in 30 min', { softInMs: 30 * minuteMs }, 'tts'],
    ['at its limit later', { softInMs: 31 * minuteMs }, 'none'],
    ['old, while it speaks', { ...old, speaking: true }, 'none'],
    [
      'old for long, while it speaks',
      { startedAt: now - 12 * hourMs - 10 * minuteMs, speaking: true },
      'tts',
    ],
    ['at its limit in 10 min, while it speaks', { softInMs: 10 * minuteMs, speaking: true }, 'none'],
    ['at its limit in 5 min, while it speaks', { softInMs: 5 * minuteMs, speaking: true }, 'tts'],
  ];
  for (const [name, change, id] of table) t.equal(next(service({ children: [child(change)] })), id, name);
  t.end();
});

void t.test('nextRecycling() says why', (t) => {
  t.same(nextRecycling([service()], -Infinity, now), {
    id: 'tts',
    cause: 'age',
    reason: 'has been running for 12 h',
  });
  t.same(nextRecycling([service({ children: [child({ softInMs: 12 * minuteMs })] })], -Infinity, now), {
    id: 'tts',
    cause: 'memory-trend',
    reason: 'will reach its soft memory limit in 12 min',
  });
  t.end();
});

void t.test('nextRecycling() leaves a service alone that has no successor or is changing', (t) => {
  t.equal(next(service({ readySpares: 0 })), 'none');
  t.equal(next(service({ changing: true })), 'none');
  t.equal(next(), 'none');
  t.end();
});

void t.test('nextRecycling() takes memory before age, the nearest limit and the most overdue first', (t) => {
  const aged = (id: string, hours: number) => child({ id, startedAt: now - hours * hourMs });
  t.equal(next(service({ children: [aged('a', 13), aged('b', 15), aged('c', 14)] })), 'b');
  const growing = (id: string, minutes: number) => child({ id, softInMs: minutes * minuteMs });
  t.equal(
    next(service({ children: [aged('a', 20), growing('b', 20)] }), service({ children: [growing('c', 10)] })),
    'c',
  );
  t.end();
});

void t.test('nextRecycling() waits a minute between two, whatever their services', (t) => {
  t.equal(nextRecycling([service()], now - minuteMs + 1, now), undefined);
  t.equal(nextRecycling([service()], now - minuteMs, now)?.id, 'tts');
  t.end();
});

void t.test('drawMaxAge() spreads ages evenly, and never below a minute', (t) => {
  t.equal(drawMaxAge(12 * hourMs, hourMs, 0), 11 * hourMs);
  t.equal(drawMaxAge(12 * hourMs, hourMs, 0.5), 12 * hourMs);
  t.ok(drawMaxAge(12 * hourMs, hourMs, 0.999_999) <= 13 * hourMs);
  t.equal(drawMaxAge(minuteMs, 10 * minuteMs, 0), minuteMs);
  t.end();
});

void t.test(
  'nextRecycling() never takes two of a service at once nor two within a minute, over two weeks',
  (t) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      const draw = () => drawMaxAge(12 * hourMs, hourMs, random());
      const services = ['a', 'b', 'c'].map((name) => ({
        children: [1, 2, 3].map((number) =>
          child({ id: `${name}${number}`, startedAt: 0, maxAgeMs: draw() }),
        ),
        readySpares: 1,
        changing: false,
        until: 0,
      }));
      const times: number[] = [];
      for (let at = 0; at < 14 * 24 * hourMs; at += 10_000) {
        for (const one of services) if (at >= one.until) one.changing = false;
        const found = nextRecycling(services, times.at(-1) ?? -Infinity, at);
        if (!found) continue;
        const home = services.find(({ children }) => children.some(({ id }) => id === found.id));
        const place = home?.children.findIndex(({ id }) => id === found.id) ?? -1;
        if (!home || home.changing)
          throw new Error(`seed ${seed}: ${found.id} of a service that is changing`);
        home.children[place] = child({ id: found.id, startedAt: at, maxAgeMs: draw() });
        home.changing = true;
        home.until = at + 90_000;
        times.push(at);
      }
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      t.ok(Math.min(...gaps) >= minuteMs, `seed ${seed}`);
      t.ok(times.length >= 9 * 25 && times.length <= 9 * 31, `seed ${seed}: ${times.length}`);
    }
    t.end();
  },
);
