import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openBeat } from '../../supervisor/beat.ts';

void t.test('openBeat() calls at whole multiples of the interval, until it is disposed of', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const calls: number[] = [];
  const beat = openBeat(40, () => {
    if (calls.push(Date.now()) === 5) resolve();
  });
  await promise;
  beat[Symbol.dispose]();
  const [first = 0] = calls;
  // A busy machine makes it late, never twice in one interval.
  t.ok((calls.at(-1) ?? 0) - first >= 4 * 30, String(calls.map((at) => at - first)));
  await sleep(100);
  t.equal(calls.length, 5);
});
