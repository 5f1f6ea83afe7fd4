import t from 'tap';
import { gainPath } from '../../../../workers/audio/mix/gain-path.ts';
import { seeded } from '../fixtures.ts';

const round = (path: Float64Array) => [...path].map((gain) => Number(gain.toFixed(3)));

void t.test('gainPath() goes down in a straight line to where less is taken', (t) => {
  const most = Float64Array.of(1, 1, 1, 1, 0.6);
  t.strictSame(round(gainPath({ from: 1, most, rise: 0.01 })), [1, 0.9, 0.8, 0.7, 0.6, 0.6]);
  t.end();
});

void t.test('gainPath() comes back slowly, and never above everything', (t) => {
  const most = Float64Array.of(1, 1, 1);
  t.strictSame(round(gainPath({ from: 0.97, most, rise: 0.02 })), [0.97, 0.99, 1, 1]);
  t.end();
});

void t.test('gainPath() begins with a step only where it has to', (t) => {
  const most = Float64Array.of(0.5, 1, 1);
  t.strictSame(round(gainPath({ from: 1, most, rise: 0.1 })), [0.5, 0.5, 0.6, 0.7]);
  t.end();
});

void t.test('gainPath() is never above what a block takes, and never rises faster than said', (t) => {
  const random = seeded(3);
  for (let round = 0; round < 500; round++) {
    const most = Float64Array.from({ length: 120 }, () => (random() < 0.9 ? 1 : random()));
    const from = random();
    const path = gainPath({ from, most, rise: 0.001 });
    for (let block = 0; block < most.length; block++) {
      const [begin = 0, end = 0] = [path[block], path[block + 1]];
      if (Math.max(begin, end) > (most[block] ?? 1) + 1e-9) t.fail(`too much in block ${block}`);
      if (end - begin > 0.001 + 1e-9) t.fail(`it rises too fast in block ${block}`);
    }
  }
  t.end();
});
