import t from 'tap';
import type { MemoryTrend } from '../../supervisor/memory-trend.ts';
import { addToTrend, judgeTrend, newTrend } from '../../supervisor/memory-trend.ts';
import { seeded } from './seeded.ts';

const softMb = 400;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The trend of a process that was sampled every second. */
function watch(forMs: number, rssMb: (at: number) => number, stepMs = 1_000): MemoryTrend {
  let trend = newTrend(0);
  for (let at = 0; at <= forMs; at += stepMs) trend = addToTrend(trend, at, rssMb(at));
  return trend;
}

void t.test('judgeTrend() says how fast memory grows and when the soft limit is reached', (t) => {
  const trend = watch(hourMs, (at) => 100 + (at / hourMs) * 60);
  const { kind, mbPerHour, softInMs } = judgeTrend(trend, hourMs, softMb);
  t.equal(kind, 'memory-trend');
  t.ok(Math.abs(mbPerHour - 60) < 1, String(mbPerHour));
  t.ok(Math.abs(softInMs - 4 * hourMs) < 2 * minuteMs, String(softInMs));
  t.end();
});

void t.test('judgeTrend() says 0 when memory is already beyond the limit', (t) => {
  const trend = watch(hourMs, (at) => 390 + (at / hourMs) * 60);
  t.equal(judgeTrend(trend, hourMs, softMb).softInMs, 0);
  t.end();
});

void t.test('judgeTrend() sees through garbage collection', (t) => {
  // Rises by 40 MB within 20 s and falls back, over a floor that leaks 30 MB in an hour.
  const saw = (at: number) => 100 + ((at % 20_000) / 20_000) * 40;
  const leaking = watch(hourMs, (at) => saw(at) + (at / hourMs) * 30);
  const { kind, mbPerHour } = judgeTrend(leaking, hourMs, softMb);
  t.equal(kind, 'memory-trend');
  t.ok(Math.abs(mbPerHour - 30) < 3, String(mbPerHour));
  t.match(judgeTrend(watch(hourMs, saw), hourMs, softMb), { kind: 'flat', softInMs: Infinity });
  t.end();
});

void t.test('judgeTrend() knows nothing in the first minutes, and leaves the warm-up out', (t) => {
  const steep = (at: number) => 50 + at / 1_000;
  t.equal(judgeTrend(newTrend(0), 0, softMb).kind, 'unknown');
  t.equal(watch(119_000, steep).points.length, 0);
  t.equal(judgeTrend(watch(10 * minuteMs, steep), 10 * minuteMs, softMb).kind, 'unknown');
  t.equal(judgeTrend(watch(13 * minuteMs, steep), 13 * minuteMs, softMb).kind, 'memory-trend');
  const warmed = watch(hourMs, (at) => (at < 2 * minuteMs ? 50 + at / 1_000 : 170));
  t.match(judgeTrend(warmed, hourMs, softMb), { kind: 'flat', mbPerHour: 0 });
  t.end();
});

void t.test('judgeTrend() does not call a small rise a trend', (t) => {
  t.equal(
    judgeTrend(
      watch(hourMs, (at) => 100 + (at / hourMs) * 3),
      hourMs,
      softMb,
    ).kind,
    'flat',
  );
  t.end();
});

void t.test('addToTrend() keeps at most 60 points over six hours, evenly', (t) => {
  let trend = newTrend(0);
  let most = 0;
  for (let at = 0; at <= 30 * hourMs; at += 5_000) {
    trend = addToTrend(trend, at, 100);
    most = Math.max(most, trend.points.length);
  }
  t.equal(most, 60);
  const gaps = trend.points.slice(1).map(({ at }, index) => at - (trend.points[index]?.at ?? 0));
  t.same([...new Set(gaps)], [trend.slotMs]);
  const spanMs = (trend.points.at(-1)?.at ?? 0) - (trend.points[0]?.at ?? 0);
  t.ok(spanMs > 5 * hourMs && spanMs <= 6 * hourMs, String(spanMs));
  t.ok(trend.points.length >= 20);
  t.end();
});

void t.test('judgeTrend() finds leaks of many sizes in noise, and none in noise alone', (t) => {
  let falseAlarms = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = seeded(seed);
    const noise = () => (random() + random() - 1) * 20;
    const leak = 20 + random() * 200;
    const flat = watch(hourMs, () => 150 + noise(), 5_000);
    const leaking = watch(hourMs, (at) => 150 + (at / hourMs) * leak + noise(), 5_000);
    if (judgeTrend(flat, hourMs, softMb).kind !== 'flat') falseAlarms += 1;
    const { kind, mbPerHour } = judgeTrend(leaking, hourMs, softMb);
    t.equal(kind, 'memory-trend', `seed ${seed}`);
    t.ok(Math.abs(mbPerHour - leak) < 8 + leak / 10, `seed ${seed}: ${mbPerHour} instead of ${leak}`);
  }
  t.equal(falseAlarms, 0);
  t.end();
});

void t.test('addToTrend() makes nothing new of a sample that says nothing new', (t) => {
  const trend = addToTrend(newTrend(0), 130_000, 100);
  t.equal(addToTrend(trend, 131_000, 120), trend);
  t.same(addToTrend(trend, 132_000, 90).points, [{ at: 130_000, value: 90 }]);
  t.equal(addToTrend(trend, 140_000, 120).points.length, 2);
  t.end();
});
