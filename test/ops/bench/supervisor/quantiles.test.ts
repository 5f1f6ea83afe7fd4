import t from 'tap';
import { quantileFigures } from '../../../../ops/bench/supervisor/quantiles.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

void t.test('quantileFigures() gives median and 99th percentile with their goals', (t) => {
  t.same(quantileFigures('gap', 'ms', hundred, { p99: 250 }), [
    { what: 'gap, p50 of 100', value: 50, unit: 'ms' },
    { what: 'gap, p99 of 100', value: 99, unit: 'ms', goal: 250 },
  ]);
  t.end();
});

void t.test('quantileFigures() takes the largest of few, and says nothing of none', (t) => {
  t.match(quantileFigures('gap', 'ms', [3, 1, 2], { p50: 5 }), [{ value: 2, goal: 5 }, { value: 3 }]);
  t.same(quantileFigures('gap', 'ms', [], { p50: 5 }), []);
  t.end();
});
