import t from 'tap';
import { VirtualTime } from '../../../ops/simulation/virtual-time.ts';
import { seeded } from '../../supervisor/seeded.ts';

void t.test('runUntil() lets everything happen in order, and in the order of asking at one moment', (t) => {
  const time = new VirtualTime();
  const random = seeded(1);
  const seen: { at: number; order: number }[] = [];
  for (let order = 0; order < 500; order++) {
    const at = Math.floor(random() * 50);
    time.after(at, () => seen.push({ at, order }));
  }
  time.runUntil(100, () => false);
  t.equal(seen.length, 500);
  t.equal(time.now, 100);
  t.same(
    seen,
    seen.toSorted((a, b) => a.at - b.at || a.order - b.order),
  );
  t.end();
});

void t.test('runUntil() ends as soon as the condition is true', (t) => {
  const time = new VirtualTime();
  let count = 0;
  const again = () => {
    count += 1;
    time.after(10, again);
  };
  again();
  t.ok(time.runUntil(1_000, () => count === 5));
  t.equal(time.now, 40);
  t.notOk(time.runUntil(45, () => false));
  t.equal(time.now, 45);
  t.end();
});
