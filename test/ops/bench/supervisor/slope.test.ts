import t from 'tap';
import { slopeWithBounds } from '../../../../ops/bench/supervisor/slope.ts';

void t.test('slopeWithBounds() is exact for a line', (t) => {
  const points = Array.from({ length: 30 }, (_, x) => ({ x, y: 3 + 2 * x }));
  t.same(slopeWithBounds(points), { slope: 2, low: 2, high: 2 });
  t.end();
});

void t.test('slopeWithBounds() holds the true slope between its bounds, whatever one outlier does', (t) => {
  const points = Array.from({ length: 60 }, (_, x) => ({ x, y: x / 2 + ((x * 7_919) % 11) - 5 }));
  points.push({ x: 60, y: 10_000 });
  const { slope, low, high } = slopeWithBounds(points);
  t.ok(low < 0.5 && 0.5 < high, `${low} to ${high}`);
  t.ok(Math.abs(slope - 0.5) < 0.1, `slope ${slope}`);
  t.end();
});

void t.test('slopeWithBounds() says that it knows nothing of two points', (t) => {
  t.same(
    slopeWithBounds([
      { x: 0, y: 0 },
      { x: 1, y: 5 },
    ]),
    { slope: 5, low: -Infinity, high: Infinity },
  );
  t.same(slopeWithBounds([]), { slope: 0, low: -Infinity, high: Infinity });
  t.end();
});
