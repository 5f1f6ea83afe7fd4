import t from 'tap';
import type { Growth } from '../../../../ops/bench/audio/clock-reading.ts';
import { longestPause, readClock } from '../../../../ops/bench/audio/clock-reading.ts';

const frame = 960;

/** A frame each 20 ms from time 1,000 on, each later by what `late` says. */
function frames(count: number, late: (index: number) => number): Growth[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: 1_000 + index * 20 + late(index),
    samples: (index + 1) * frame,
  }));
}

void t.test('readClock() sees no drift in frames that only come late now and then', (t) => {
  const { drift, lateMs } = readClock(frames(3_000, (index) => (index % 7 === 0 ? 12 : 0.25)));
  t.ok(Math.abs(drift.slope) < 0.001);
  t.ok(drift.low <= 0 && drift.high >= 0);
  t.equal(lateMs.length, 2_999);
  t.ok(Math.abs(Math.max(...lateMs) - 11.75) < 0.001);
  t.equal(lateMs.filter((late) => late > 1).length, 428);
  t.end();
});

void t.test('readClock() measures a clock that is slow, or fast, by the hour', (t) => {
  for (const msPerHour of [36, -36]) {
    const { drift } = readClock(frames(15_000, (index) => (index * 20 * msPerHour) / 3_600_000));
    t.ok(Math.abs(drift.slope - msPerHour) < 0.5, `${drift.slope} ms/h`);
    t.ok(drift.high - drift.low < 1);
  }
  t.end();
});

void t.test('readClock() counts frames that come together from the one that waited longest', (t) => {
  const growth = frames(200, () => 0).filter((_, index) => ![50, 51].includes(index));
  const { lateMs } = readClock(growth);
  t.ok(Math.abs(Math.max(...lateMs) - 40) < 0.001);
  t.equal(lateMs.filter((late) => late > 1).length, 1);
  t.end();
});

void t.test('readClock() makes nothing of nothing', (t) => {
  const { drift, lateMs } = readClock([]);
  t.same([drift.low, drift.high, lateMs], [-Infinity, Infinity, []]);
  t.end();
});

void t.test('longestPause() finds a pause that begins or ends in a stretch, and no other', (t) => {
  const growth = frames(100, (index) => (index >= 40 ? 130 : 0));
  const cases = [
    [1_700, 2_500, 130],
    [1_790, 1_800, 130],
    [1_850, 2_500, 130],
    [1_000, 1_700, 0],
    [2_000, 2_900, 0],
    [0, 9_000, 130],
  ] as const;
  for (const [fromMs, toMs, expected] of cases)
    t.equal(longestPause(growth, fromMs, toMs), expected, `${fromMs} to ${toMs}`);
  t.equal(longestPause([], 0, 1), 0);
  t.end();
});
