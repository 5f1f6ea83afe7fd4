import t from 'tap';
import type { PoolLook, PoolState } from '../../../workers/tts/pool-size.ts';
import { judgePoolSize, newPoolState } from '../../../workers/tts/pool-size.ts';
import { seeded } from '../../supervisor/seeded.ts';

const limits = { min: 1, max: 4, queueBound: 1_000 };
const lookMs = 250;

/** The number of threads at the end of each second, under looks four times a second. */
function runFor(
  seconds: number,
  look: (now: number, threads: number) => Partial<PoolLook>,
  { threads = 1, limits: own = limits } = {},
): number[] {
  let state: PoolState = newPoolState(0);
  const sizes: number[] = [];
  for (let now = lookMs; now <= seconds * 1_000; now += lookMs) {
    const decision = judgePoolSize(state, { now, threads, queued: 0, busy: 0, ...look(now, threads) }, own);
    ({ state, threads } = decision);
    if (now % 1_000 === 0) sizes.push(threads);
  }
  return sizes;
}

void t.test('judgePoolSize() adds a thread for more than three that wait for each, seen twice', (t) => {
  t.same(
    runFor(8, () => ({ queued: 100, busy: 1 })),
    [1, 2, 2, 3, 3, 4, 4, 4],
  );
  t.same(
    runFor(8, () => ({ queued: 3, busy: 1 })),
    [1, 1, 1, 1, 1, 1, 1, 1],
  );
  t.same(
    runFor(8, () => ({ queued: 4, busy: 1 })),
    [1, 2, 2, 2, 2, 2, 2, 2],
  );
  t.same(
    runFor(8, (now) => ({ queued: (now - lookMs) % 2_000 < 1_000 ? 100 : 0, busy: 1 })).at(-1),
    1,
    'not at a peak',
  );
  t.end();
});

void t.test('judgePoolSize() grows when bounded queues in front are nearly full', (t) => {
  const bounded = { limits: { ...limits, queueBound: 6 }, threads: 3 };
  t.equal(runFor(2, () => ({ queued: 5, busy: 3 }), bounded).at(-1), 4);
  t.equal(runFor(2, () => ({ queued: 4, busy: 3 }), bounded).at(-1), 3);
  t.end();
});

void t.test('judgePoolSize() takes a thread away after 30 s of little to do', (t) => {
  const table: [string, Partial<PoolLook>, number][] = [
    ['nothing to do', {}, 3],
    ['less than one waits for every two threads', { queued: 1, busy: 3 }, 3],
    ['one waits for every two threads', { queued: 2, busy: 3 }, 4],
    ['nothing waits, but all work', { busy: 4 }, 4],
  ];
  for (const [name, look, threads] of table) {
    const sizes = runFor(30, () => look, { threads: 4 });
    t.same(sizes.slice(-2), [4, threads], name);
  }
  t.equal(runFor(300, () => ({}), { threads: 4 }).at(-1), 1, 'down to the least');
  t.end();
});

void t.test('judgePoolSize() waits longer each time that a thread was wanted back', (t) => {
  // More than one thread can do, less than two: each time that one is taken away, work piles up.
  let waiting = 0;
  const sizes = runFor(1_200, (_, threads) => {
    waiting = Math.max(0, waiting + 0.4 - 0.3 * threads);
    return { queued: Math.round(waiting), busy: Math.min(threads, 1) };
  });
  const shrunk = sizes.flatMap((size, index) => (size < (sizes[index - 1] ?? size) ? [index] : []));
  const gaps = shrunk.slice(1).map((at, index) => at - (shrunk[index] ?? 0));
  t.ok(gaps.length >= 3 && gaps.length <= 6, gaps.join(', '));
  t.same(
    gaps,
    gaps.toSorted((a, b) => a - b),
  );
  t.end();
});

void t.test('judgePoolSize() forgets what it counted before the process stood still', (t) => {
  const state = runState(5, { queued: 100, busy: 1 });
  const look = { now: 60_000, threads: 1, queued: 100, busy: 1 };
  const { threads, state: after } = judgePoolSize(state, look, limits);
  t.equal(threads, 1);
  t.equal(after.moreChecks, 0);
  t.end();
});

function runState(looks: number, look: Omit<PoolLook, 'now' | 'threads'>): PoolState {
  let state = newPoolState(0);
  for (let index = 1; index <= looks; index++)
    ({ state } = judgePoolSize(state, { ...look, now: index * lookMs, threads: 1 }, limits));
  return state;
}

void t.test('judgePoolSize() stays within its limits, a step at a time, under any load', (t) => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    const min = 1 + Math.floor(random() * 3);
    const own = { min, max: min + Math.floor(random() * 6), queueBound: random() * 40 };
    let state = newPoolState(0);
    let threads = min;
    let now = 0;
    let kept = true;
    for (let index = 0; index < 2_000; index++) {
      now += random() < 0.01 ? 20_000 : random() * 600;
      const load = Math.sin(now / 60_000) + 1;
      const queued = Math.floor(random() * load * 30);
      const decision = judgePoolSize(state, { now, threads, queued, busy: random() * threads }, own);
      kept &&= decision.threads >= own.min && decision.threads <= own.max;
      kept &&=
        Math.abs(decision.threads - threads) <= 1 &&
        (decision.reason === '') === (decision.threads === threads);
      ({ state, threads } = decision);
    }
    t.ok(kept, `seed ${seed}`);
  }
  t.end();
});

void t.test('judgePoolSize() does not flap under a constant noisy load', (t) => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seeded(seed);
    const perSecond = 0.5 + random() * 3;
    let waiting = 0;
    const sizes = runFor(1_800, (_, threads) => {
      waiting += (perSecond * random() * 2) / 4;
      const done = Math.min(waiting, threads / 4);
      waiting -= done;
      return { queued: Math.floor(waiting), busy: done * 4 };
    });
    const late = sizes.slice(600);
    const changes = late.filter((size, index) => index > 0 && size !== late[index - 1]).length;
    t.ok(changes <= 8, `seed ${seed}: ${changes} changes in 20 min at ${perSecond}`);
    t.ok(waiting < 30, `seed ${seed}: ${waiting} wait`);
  }
  t.end();
});
