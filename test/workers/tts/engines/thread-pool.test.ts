import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { ThreadPool } from '../../../../workers/tts/engines/thread-pool.ts';
import type { Order } from '../fixtures/obeys-task.ts';

const never = new AbortController().signal;

function openPool(t: Test): ThreadPool<Order, number> {
  const file = new URL('../fixtures/obeys-task.ts', import.meta.url);
  const log = pino({ level: 'silent' });
  const pool = new ThreadPool<Order, number>({ file, threads: { min: 1, max: 2 }, log });
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

void t.test('ThreadPool can be disposed twice', async (t) => {
  const pool = openPool(t);
  await pool[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
  await t.rejects(pool.run({ kind: 'answer', value: 1 }, never));
});
