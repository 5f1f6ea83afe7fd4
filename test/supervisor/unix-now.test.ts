import t from 'tap';
import { unixNow } from '../../supervisor/unix-now.ts';

void t.test(
  'unixNow() tells fractions of a millisecond, and goes with the wall clock when that is set',
  (t) => {
    const isRight = () => Math.abs(unixNow() - Date.now()) <= 6;
    t.ok(isRight());
    t.ok(Array.from({ length: 20 }, unixNow).some((ms) => !Number.isInteger(ms)));
    const { now } = Date;
    t.teardown(() => (Date.now = now));
    for (const setMs of [3_600_000, -3_600_000, 0]) {
      Date.now = () => now() + setMs;
      t.ok(isRight());
    }
    t.end();
  },
);
