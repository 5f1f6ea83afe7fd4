import { getEventListeners } from 'node:events';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { ThreadPool } from '../../../../workers/tts/engines/thread-pool.ts';
import type { Order } from '../fixtures/obeys-task.ts';

const never = new AbortController().signal;

function openPool(t: Test, { threads = 2, maxWaiting = 20 } = {}): ThreadPool<Order, number> {
  const file = new URL('../fixtures/obeys-task.ts', import.meta.url);
  const log = pino({ level: 'silent' });
  const pool = new ThreadPool<Order, number>({ file, threads, maxWaiting, log });
  t.teardown(async () => await pool[Symbol.asyncDispose]());
  return pool;
}

void t.test('ThreadPool.run() ends a task that hangs, and no other', async (t) => {
  const pool = openPool(t);
  const stop = new AbortController();
  const hanging = pool.run({ kind: 'hang', value: 0 }, stop.signal);
  const answers = await Promise.all([1, 2, 3].map((value) => pool.run({ kind: 'answer', value }, never)));
  t.same(answers, [1, 2, 3], 'others are done beside it');
  stop.abort();
  await t.rejects(hanging, { name: 'AbortError' });
  t.equal(await pool.run({ kind: 'answer', value: 4 }, never), 4);
});

void t.test('ThreadPool.run() goes on after all threads have hung', async (t) => {
  const pool = openPool(t);
  const stop = new AbortController();
  const hanging = [0, 1].map((value) => pool.run({ kind: 'hang', value }, stop.signal));
  const waiting = pool.run({ kind: 'answer', value: 5 }, never);
  stop.abort();
  for (const task of hanging) await t.rejects(task, { name: 'AbortError' });
  t.equal(await waiting, 5);
});

void t.test('ThreadPool.run() throws what the task threw, and when its thread ended', async (t) => {
  const pool = openPool(t);
  await t.rejects(pool.run({ kind: 'throw', value: 7 }, never), { message: 'told to throw 7' });
  await t.rejects(pool.run({ kind: 'end-thread', value: 3 }, never), { message: /exited with code: 3/ });
  t.equal(await pool.run({ kind: 'answer', value: 6 }, never), 6);
});

void t.test('ThreadPool.run() ends a thread at the limit of its memory, and no other', async (t) => {
  const pool = openPool(t);
  const eating = t.rejects(pool.run({ kind: 'eat-memory', value: 0 }, never), {
    code: 'ERR_WORKER_OUT_OF_MEMORY',
  });
  const answers = await Promise.all([1, 2, 3].map((value) => pool.run({ kind: 'answer', value }, never)));
  t.same(answers, [1, 2, 3], 'others are done beside it');
  await eating;
  t.same(
    await Promise.all([4, 5, 6].map((value) => pool.run({ kind: 'answer', value }, never))),
    [4, 5, 6],
    'and after it, by as many threads',
  );
  t.same([pool.size, pool.busy, pool.waiting], [2, 0, 0]);
});

void t.test('ThreadPool.resize() adds threads that take what waits', async (t) => {
  const pool = openPool(t, { threads: 1 });
  const stop = new AbortController();
  const hanging = pool.run({ kind: 'hang', value: 0 }, stop.signal);
  const waiting = [1, 2, 3].map((value) => pool.run({ kind: 'answer', value }, never));
  t.same([pool.size, pool.busy, pool.waiting], [1, 1, 3]);
  pool.resize(2);
  t.same([pool.size, pool.busy, pool.waiting], [2, 2, 2]);
  t.same(await Promise.all(waiting), [1, 2, 3]);
  t.same([pool.size, pool.busy, pool.waiting], [2, 1, 0]);
  stop.abort();
  await t.rejects(hanging, { name: 'AbortError' });
});

void t.test('ThreadPool.resize() takes threads away without dropping work', async (t) => {
  const pool = openPool(t, { threads: 3 });
  const answers = Promise.all(
    Array.from({ length: 20 }, (_, value) => pool.run({ kind: 'answer', value }, never)),
  );
  t.equal(pool.busy, 3);
  pool.resize(1);
  t.equal(pool.size, 3, 'none is ended in the middle of its task');
  t.same(
    await answers,
    Array.from({ length: 20 }, (_, value) => value),
  );
  t.same([pool.size, pool.busy, pool.waiting], [1, 0, 0]);
  pool.resize(3);
  t.equal(pool.size, 3);
  pool.resize(2);
  t.equal(pool.size, 2, 'one that has nothing to do ends at once');
  pool.resize(0);
  t.equal(pool.size, 1, 'never without any');
  t.equal(await pool.run({ kind: 'answer', value: 9 }, never), 9);
});

void t.test('ThreadPool.resize() up and down under load loses nothing', async (t) => {
  const pool = openPool(t, { threads: 1, maxWaiting: 400 });
  const values = Array.from({ length: 300 }, (_, value) => value);
  let answered = 0;
  const answers = values.map(async (value) => {
    const answer = await pool.run({ kind: 'answer', value }, never);
    answered += 1;
    if (answered % 20 === 0) pool.resize(1 + ((answered / 20) % 3));
    return answer;
  });
  t.same(await Promise.all(answers), values);
  t.equal(pool.waiting, 0);
});

void t.test(
  'ThreadPool.run() refuses more than may wait, and lets go of who no longer wants to',
  async (t) => {
    const pool = openPool(t, { threads: 1, maxWaiting: 2 });
    const stop = new AbortController();
    const leave = new AbortController();
    const hanging = pool.run({ kind: 'hang', value: 0 }, stop.signal);
    const leaving = pool.run({ kind: 'answer', value: 1 }, leave.signal);
    const staying = pool.run({ kind: 'answer', value: 2 }, never);
    await t.rejects(pool.run({ kind: 'answer', value: 3 }, never), {
      message: 'Cannot run a task: 2 others already wait',
    });
    leave.abort();
    await t.rejects(leaving, { name: 'AbortError' });
    t.equal(pool.waiting, 1);
    stop.abort();
    await t.rejects(hanging, { name: 'AbortError' });
    t.equal(await staying, 2);
    await t.rejects(pool.run({ kind: 'answer', value: 4 }, leave.signal), { name: 'AbortError' });
    t.equal(pool.busy, 0);
    t.same(
      [stop, leave].map(({ signal }) => getEventListeners(signal, 'abort').length),
      [0, 0],
    );
  },
);

void t.test('ThreadPool ends what works and what waits when it is disposed', async (t) => {
  const pool = openPool(t, { threads: 1 });
  const hanging = t.rejects(pool.run({ kind: 'hang', value: 0 }, never));
  const waiting = t.rejects(pool.run({ kind: 'answer', value: 1 }, never), {
    message: 'Cannot run a task: the pool is disposed',
  });
  await pool[Symbol.asyncDispose]();
  await Promise.all([hanging, waiting]);
  pool.resize(3);
  t.equal(pool.size, 0);
});

void t.test('ThreadPool can be disposed twice', async (t) => {
  const pool = openPool(t);
  await pool[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await t.rejects(pool.run({ kind: 'answer', value: 1 }, never));
});
