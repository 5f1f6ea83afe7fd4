import t from 'tap';
import { watchWound } from '../../../ops/chaos/watch-wound.ts';

const { signal } = new AbortController();
const unseen = { detectionMs: null, worksAgainMs: null, recoveryMs: null };
const wound = { victim: 'tts', mayGo: () => false };

/** Looks again and again without waiting, so often. */
function looker(times: number): { until: (holds: () => boolean | Promise<boolean>) => Promise<boolean> } {
  return {
    async until(holds) {
      for (let look = 0; look < times; look++) if (await holds()) return true;
      return false;
    },
  };
}

void t.test('watchWound() tells when a fault was noticed and healed, and takes it away once', async (t) => {
  let [looks, ends] = [0, 0];
  const { detectionMs, worksAgainMs, recoveryMs } = await watchWound(
    {
      ...wound,
      causedAt: performance.now() - 5_000,
      lastsMs: 2_000,
      noticed: () => looks >= 2,
      healed: () => ++looks > 4,
      end: () => void (ends += 1),
    },
    { show: looker(10), signal, withinMs: 1_000 },
  );
  t.ok(detectionMs !== null && detectionMs >= 5_000 && detectionMs < 6_000, `${detectionMs} ms`);
  t.ok(recoveryMs !== null && recoveryMs >= 3_000 && recoveryMs < 4_000, `${recoveryMs} ms`);
  t.equal(worksAgainMs, null, 'nobody asked');
  t.equal(ends, 1);
});

void t.test('watchWound() takes no fault for healed while it lasts, or when nobody answers', async (t) => {
  let ends = 0;
  const end = () => void (ends += 1);
  const show = looker(5);
  const lasting = { ...wound, lastsMs: 60_000, healed: () => true, end };
  t.same(await watchWound(lasting, { show, signal, withinMs: 1 }), unseen);
  const silent = { ...wound, healed: () => Promise.reject(new Error('no answer')), end };
  t.same(await watchWound(silent, { show, signal, withinMs: 1 }), unseen);
  t.equal(ends, 2);
});

void t.test('watchWound() tells when the work was done again, be it while the fault lasts', async (t) => {
  const lasting = {
    ...wound,
    causedAt: performance.now() - 1_000,
    lastsMs: 60_000,
    works: () => true,
    healed: () => true,
  };
  const { worksAgainMs, recoveryMs } = await watchWound(lasting, { show: looker(5), signal, withinMs: 1 });
  t.ok(worksAgainMs !== null && worksAgainMs >= 1_000 && worksAgainMs < 2_000, `${worksAgainMs} ms`);
  t.equal(recoveryMs, null);
});
