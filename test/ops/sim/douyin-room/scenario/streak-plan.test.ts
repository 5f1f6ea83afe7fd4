import t from 'tap';
import { SeededRandom } from '../../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { planStreak } from '../../../../../ops/sim/douyin-room/scenario/streak-plan.ts';

const steady = {
  presses: 3,
  groupCount: 1,
  combo: true,
  intervalMs: 400,
  unsteady: false,
  end: true,
  quietMs: null,
};

void t.test('planStreak() counts up and ends with a copy of the last count', async (t) => {
  const steps = planStreak(steady, new SeededRandom(1));
  t.same(
    steps.map(({ comboCount, repeatCount, repeatEnd }) => [comboCount, repeatCount, repeatEnd]),
    [
      [1, 1, false],
      [2, 2, false],
      [3, 3, false],
      [3, 3, true],
    ],
  );
  t.same(
    steps.slice(0, 3).map(({ atMs }) => atMs),
    [0, 400, 800],
  );
});

void t.test('planStreak() multiplies a preset with the presses', async (t) => {
  const [step] = planStreak({ ...steady, presses: 1, groupCount: 66, end: false }, new SeededRandom(1));
  t.match(step, { groupCount: 66, comboCount: 1, repeatCount: 66, totalCount: 66, sendType: 0 });
});

void t.test('planStreak() without an end sends no end', async (t) => {
  t.notOk(planStreak({ ...steady, end: false }, new SeededRandom(1)).some(({ repeatEnd }) => repeatEnd));
});

void t.test('planStreak() reaches the true total at any seed, however unsteady', async (t) => {
  let skips = 0;
  let backwards = 0;
  for (let seed = 0; seed < 500; seed++) {
    const presses = 1 + (seed % 20);
    const steps = planStreak({ ...steady, presses, unsteady: true }, new SeededRandom(seed));
    const combos = steps.slice(0, -1).map(({ comboCount }) => comboCount);
    const last = steps.at(-1);
    if (Math.max(...combos) !== presses || last?.repeatCount !== presses || !last.repeatEnd)
      t.fail(`seed ${seed}`);
    if (new Set(combos).size !== combos.length) t.fail(`seed ${seed} repeats a count`);
    if (steps.some(({ atMs }, index) => atMs < (steps[index - 1]?.atMs ?? 0)))
      t.fail(`seed ${seed} goes back in time`);
    if (combos.length < presses) skips++;
    if (combos.some((combo, index) => combo < (combos[index - 1] ?? 0))) backwards++;
  }
  t.ok(skips > 100, 'some streaks skip counts');
  t.ok(backwards > 50, 'some streaks arrive out of order');
});
