import t from 'tap';
import { byWorth, heatAfterUse, worth } from '../../../../workers/tts/cache/worth.ts';

const hour = 3_600_000;
const now = 1_790_000_000_000;

void t.test('worth() is frequency times cost by bytes, and halves in six hours', (t) => {
  const thing = { heat: now, costMs: 500, bytes: 1_000 };
  t.equal(worth(thing, now), 0.5);
  t.equal(worth({ ...thing, costMs: 1_000 }, now), 1);
  t.equal(worth({ ...thing, bytes: 500 }, now), 1);
  t.ok(Math.abs(worth(thing, now + 6 * hour) - 0.25) < 1e-9);
  t.end();
});

void t.test('heatAfterUse() adds one use to what is left of earlier ones', (t) => {
  let heat = now;
  for (let use = 2; use <= 100; use++) heat = heatAfterUse(heat, now);
  const frequency = (at: number) => worth({ heat, costMs: 1, bytes: 1 }, at);
  t.ok(Math.abs(frequency(now) - 100) < 1e-6);
  heat = heatAfterUse(heat, now + 6 * hour);
  t.ok(Math.abs(frequency(now + 6 * hour) - 51) < 1e-6);
  t.equal(heatAfterUse(now - 365 * 24 * hour, now), now, 'long ago is never');
  t.end();
});

void t.test('heatAfterUse() stays a number whatever the clock did', (t) => {
  for (const heat of [0, -1e15, 1e15, now + 1e12]) {
    const after = heatAfterUse(heat, now);
    t.ok(Number.isFinite(after) && after >= now && after < now + 200 * hour, `${heat}`);
  }
  t.end();
});

void t.test('byWorth() orders as worth() does, at any time', (t) => {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const draw = () => ({
    heat: now + (random() - 0.5) * 48 * hour,
    costMs: random() * 5_000,
    bytes: random() * 500_000,
  });
  const disagreeing: object[] = [];
  for (let round = 0; round < 2_000; round++) {
    const [one, other] = [draw(), draw()];
    for (const at of [now, now + 20 * hour])
      if (Math.sign(byWorth(one, other)) !== Math.sign(worth(one, at) - worth(other, at)))
        disagreeing.push({ one, other, at });
  }
  t.same(disagreeing, []);
  t.end();
});
