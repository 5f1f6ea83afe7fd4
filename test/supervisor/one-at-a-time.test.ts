import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { oneAtATime } from '../../supervisor/one-at-a-time.ts';

void t.test('oneAtATime() runs once more, afterwards, for all who ask meanwhile', async (t) => {
  const ends: (() => void)[] = [];
  let atOnce = 0;
  const ask = oneAtATime(async () => {
    atOnce += 1;
    t.equal(atOnce, 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    await promise;
    atOnce -= 1;
  });
  ask();
  ask();
  ask();
  await turn();
  t.equal(ends.length, 1);
  ends[0]?.();
  await turn();
  t.equal(ends.length, 2, 'what was changed during the first is seen by the second');
  ends[1]?.();
  await turn();
  t.equal(ends.length, 2);
  ask();
  t.equal(ends.length, 3, 'and then at once again');
  ends[2]?.();
});
