import t from 'tap';
import { slopeOf } from '../../../ops/chaos/trend.ts';

const line = (count: number, y: (x: number) => number) =>
  Array.from({ length: count }, (_, x) => ({ x, y: y(x) }));

void t.test('slopeOf() finds the slope of a line through jumps that would bend a mean', (t) => {
  t.equal(slopeOf(line(60, (x) => 100 + 2 * x)), 2);
  t.equal(slopeOf(line(61, (x) => 100 + 2 * x + (x % 10 === 0 ? 500 : 0))), 2);
  t.equal(slopeOf(line(100, () => 7)), 0);
  t.end();
});

void t.test('slopeOf() takes many points in no more than moderate time', (t) => {
  t.ok(Math.abs(slopeOf(line(50_000, (x) => x / 4)) - 0.25) < 1e-9);
  t.end();
});

void t.test('slopeOf() says 0 when there is no slope to be had', (t) => {
  t.equal(slopeOf([]), 0);
  t.equal(slopeOf([{ x: 1, y: 1 }]), 0);
  t.equal(
    slopeOf([
      { x: 1, y: 1 },
      { x: 1, y: 9 },
    ]),
    0,
  );
  t.end();
});
