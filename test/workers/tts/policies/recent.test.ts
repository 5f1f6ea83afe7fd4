import t from 'tap';
import { Recent } from '../../../../workers/tts/policies/recent.ts';

void t.test('quantile() is of the latest figures only', (t) => {
  const recent = new Recent(20);
  t.equal(recent.quantile(0.95), 0);
  for (let value = 1; value <= 100; value++) recent.add(value);
  t.equal(recent.size, 20);
  t.equal(recent.quantile(0.5), 90);
  t.equal(recent.quantile(0.95), 99);
  t.equal(recent.quantile(1), 100);
  t.end();
});
