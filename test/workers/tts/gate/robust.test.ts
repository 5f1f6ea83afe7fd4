import t from 'tap';
import { centredSpread, median } from '../../../../workers/tts/gate/robust.ts';

void t.test('median() is the middle, and 0 of nothing', (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 2, 3]), 2.5);
  t.equal(median([]), 0);
  t.end();
});

void t.test('centredSpread() does not see outliers', (t) => {
  const values = [-1, 1, -1, 1, -1, 1, 1_000];
  t.equal(centredSpread(values, 0), 1.4826);
  t.end();
});
