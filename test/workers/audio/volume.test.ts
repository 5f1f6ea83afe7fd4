import t from 'tap';
import { Volume } from '../../../workers/audio/volume.ts';
import { seeded } from './fixtures.ts';

const frame = () => new Int16Array(960).fill(10_000);

/** What leaves when each frame is to be so loud. */
function heard(first: number, targets: number[]): number[] {
  const volume = new Volume(first);
  return targets.flatMap((target) => {
    const samples = frame();
    volume.apply(samples, target);
    return [...samples];
  });
}

void t.test('apply() leaves what is as it is at 1', async (t) => {
  t.strictSame(heard(1, [1]), [...frame()]);
});

void t.test('apply() reaches any volume within 120 ms, and never in a step', async (t) => {
  const random = seeded(1);
  for (let round = 0; round < 200; round++) {
    const [from, to] = [2 * random(), 2 * random()];
    const samples = heard(from, [from, ...Array.from({ length: 6 }, () => to)]);
    let step = 0;
    for (let n = 1; n < samples.length; n++)
      step = Math.max(step, Math.abs((samples[n] ?? 0) - (samples[n - 1] ?? 0)));
    // 10,000 in 60 ms.
    if (step > 5) t.fail(`a step of ${step}`);
    if (Math.abs((samples.at(-1) ?? 0) - 10_000 * to) > 1) t.fail(`${samples.at(-1)} instead of ${to}`);
  }
  t.equal(heard(1, [0, 0, 0]).at(-1), 0);
});

void t.test('apply() never turns over what is too loud', async (t) => {
  const volume = new Volume(2);
  const samples = Int16Array.of(32_767, -32_768, 20_000);
  volume.apply(samples, 2);
  t.strictSame([...samples], [32_767, -32_768, 32_767]);
});
