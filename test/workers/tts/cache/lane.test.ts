import t from 'tap';
import { Lane } from '../../../../workers/tts/cache/lane.ts';
import { TimeLimitError } from '../../../../workers/tts/time-limit.ts';

const patient = { slots: 2, limitMs: 600_000, maxWaiting: 3 };

void t.test('Lane does so many at once, the others in order, and refuses one too many', async (t) => {
  const lane = new Lane(patient);
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const runs = ends.map(
    async ({ promise }, index) =>
      await lane.run(async () => {
        begun.push(index);
        return await promise;
      }),
  );
  t.same(begun, [0, 1]);
  t.ok(lane.isFull);
  await t.rejects(
    lane.run(async () => 9),
    TimeLimitError,
  );
  for (const [index, { resolve }] of ends.entries()) {
    resolve(index);
    t.equal(await runs[index], index);
  }
  t.same(begun, [0, 1, 2, 3, 4]);
  t.equal(await lane.run(async () => 7), 7);
});

void t.test('Lane tells failures, and goes on', async (t) => {
  const lane = new Lane(patient);
  await t.rejects(
    lane.run(async () => await Promise.reject(new Error('broken'))),
    { message: 'broken' },
  );
  t.equal(await lane.run(async () => 1), 1);
});

void t.test('Lane does not wait for what hangs, and begins nothing until it is done', async (t) => {
  const lane = new Lane({ slots: 1, limitMs: 5, maxWaiting: 3 });
  const hanging = Promise.withResolvers<void>();
  let begun = 0;
  const [hung, waiting] = await Promise.allSettled([
    lane.run(async () => await hanging.promise),
    lane.run(async () => (begun += 1)),
  ]);
  t.match([hung, waiting], [{ reason: TimeLimitError }, { reason: TimeLimitError }]);
  t.ok(lane.isStuck);
  await t.rejects(
    lane.run(async () => (begun += 1)),
    TimeLimitError,
  );
  t.equal(begun, 0);
  hanging.resolve();
  await new Promise(setImmediate);
  t.notOk(lane.isStuck);
  t.equal(await lane.run(async () => 3), 3);
});

void t.test('Lane does not blame the disk for a process that stood still', async (t) => {
  const lane = new Lane({ slots: 1, limitMs: 5, maxWaiting: 3 });
  const done = lane.run(async () => {
    const until = performance.now() + 40;
    while (performance.now() < until);
    await new Promise(setImmediate);
    return 'done';
  });
  t.equal(await done, 'done');
});
