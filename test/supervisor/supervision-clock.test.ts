import t from 'tap';
import { SupervisionClock } from '../../supervisor/supervision-clock.ts';

void t.test('read() goes on with the monotonic clock while the process ticks', (t) => {
  const clock = new SupervisionClock(1_000, 5_000_000);
  for (let tick = 1; tick <= 20; tick++)
    t.same(clock.read(1_000 + tick * 50, 5_000_000 + tick * 50), {
      now: 1_000 + tick * 50,
      lateMs: 0,
      jumpMs: 0,
    });
  t.same(
    clock.read(2_500, 5_001_500),
    { now: 2_500, lateMs: 0, jumpMs: 0 },
    'half a second is still a delay',
  );
  t.end();
});

void t.test('read() counts one tick when the process was stopped, and says how much it left out', (t) => {
  const clock = new SupervisionClock(0, 0);
  t.same(clock.read(60_000, 60_000), { now: 50, lateMs: 59_950, jumpMs: 0 });
  t.same(clock.read(60_050, 60_050), { now: 100, lateMs: 0, jumpMs: 0 });
  t.end();
});

void t.test('read() reports a wall clock that was set, once, and verdicts do not notice', (t) => {
  const clock = new SupervisionClock(0, 100_000);
  t.same(clock.read(50, 100_050 + 3_600_000), { now: 50, lateMs: 0, jumpMs: 3_600_000 });
  t.same(clock.read(100, 100_100 + 3_600_000), { now: 100, lateMs: 0, jumpMs: 0 });
  t.same(clock.read(150, 100_150), { now: 150, lateMs: 0, jumpMs: -3_600_000 });
  t.end();
});

void t.test(
  'read() takes a host that slept for a jump of the wall clock, and both when both happened',
  (t) => {
    const clock = new SupervisionClock(0, 0);
    t.same(clock.read(50, 8_000_000), { now: 50, lateMs: 0, jumpMs: 7_999_950 });
    t.same(clock.read(1_050, 8_101_000), { now: 100, lateMs: 950, jumpMs: 100_000 });
    t.end();
  },
);

void t.test('read() does not report a clock that is slewed, however far it goes', (t) => {
  const clock = new SupervisionClock(0, 0);
  let jumps = 0;
  for (let tick = 1; tick <= 100_000; tick++) if (clock.read(tick * 50, tick * 50.5).jumpMs !== 0) jumps += 1;
  t.equal(jumps, 0);
  t.end();
});

void t.test('read() never goes back', (t) => {
  const clock = new SupervisionClock(1_000, 0);
  clock.read(1_100, 100);
  t.equal(clock.read(1_050, 150).now, 1_100);
  t.equal(clock.read(1_150, 200).now, 1_150);
  t.end();
});
