import t from 'tap';
import { fitLine, trendCertainty } from '../../supervisor/theil-sen.ts';

const points = (...values: number[]) => values.map((value, at) => ({ at, value }));

void t.test('fitLine() finds a line through points, whatever a third of them say', (t) => {
  const { slope, valueAt } = fitLine(points(10, 12, 14, 900, 18, 20, -500, 24, 26));
  t.equal(slope, 2);
  t.equal(valueAt(20), 50);
  t.equal(fitLine(points(3, 3, 3, 3)).slope, 0);
  t.end();
});

void t.test('fitLine() takes few points, none, and several of the same time', (t) => {
  t.equal(fitLine([]).valueAt(5), 0);
  t.match(fitLine(points(7)), { slope: 0 });
  t.equal(fitLine(points(7)).valueAt(99), 7);
  const same = fitLine([
    { at: 1, value: 1 },
    { at: 1, value: 3 },
  ]);
  t.equal(same.slope, 0);
  t.equal(same.valueAt(1), 2);
  t.end();
});

void t.test(
  'trendCertainty() is large when values only rise, negative when they fall, and 0 for few',
  (t) => {
    t.equal(trendCertainty(points(1, 2)), 0);
    t.equal(trendCertainty(points(5, 5, 5, 5, 5)), 0);
    t.ok(trendCertainty(points(1, 2, 3, 4, 5)) > 2);
    t.ok(trendCertainty(points(1, 2, 3, 4)) < 2);
    t.ok(trendCertainty(points(5, 4, 3, 2, 1)) < -2);
    t.ok(Math.abs(trendCertainty(points(1, 9, 2, 8, 3, 7, 4, 6))) < 1);
    t.end();
  },
);
