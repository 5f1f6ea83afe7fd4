import t from 'tap';
import { CatchUp } from '../../../workers/audio/catch-up.ts';

/** A deadline that no test waits for. */
const timeoutMs = 60_000;
const never = new AbortController().signal;

void t.test('over() resolves at once when nothing waits', async (t) => {
  for (const last of [0, 6]) {
    const catchUp = new CatchUp({ findLast: async () => last, from: 7, timeoutMs, signal: never });
    t.equal(await catchUp.over(), 'caught up');
  }
});

void t.test(
  'over() resolves when the latest chunk of the start was read, before or after it is known',
  async (t) => {
    const found = Promise.withResolvers<number>();
    const early = new CatchUp({
      findLast: async () => await found.promise,
      from: 1,
      timeoutMs,
      signal: never,
    });
    early.read(8);
    found.resolve(8);
    t.equal(await early.over(), 'caught up');

    const late = new CatchUp({ findLast: async () => 8, from: 1, timeoutMs, signal: never });
    let over = false;
    const waiting = late.over().then(() => (over = true));
    await Promise.resolve();
    late.read(7);
    await new Promise(setImmediate);
    t.notOk(over);
    late.read(9);
    await waiting;
  },
);

void t.test('over() gives up at its deadline, at a stop, and when the end cannot be known', async (t) => {
  const findLast = async () => 8;
  t.match(await new CatchUp({ findLast, from: 1, timeoutMs: 20, signal: never }).over(), /within 20 ms/);
  await new CatchUp({ findLast, from: 1, timeoutMs, signal: AbortSignal.abort() }).over();
  const lost = new CatchUp({
    findLast: async () => await Promise.reject(new Error('no bus')),
    from: 1,
    timeoutMs,
    signal: never,
  });
  t.match(await lost.over(), /no bus/);
});
