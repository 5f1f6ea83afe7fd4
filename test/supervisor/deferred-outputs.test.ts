import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { DeferredOutputs } from '../../supervisor/deferred-outputs.ts';
import type { Output } from '../../supervisor/roster-state.ts';
import { unixNow } from '../../supervisor/unix-now.ts';
import { worker } from './some-children.ts';

const child = worker('tts');
const start: Output = { kind: 'effect', child, effect: { kind: 'start', duty: { lease: 'tts', epoch: 2 } } };
const spawn: Output = { kind: 'effect', child, effect: { kind: 'spawn' } };
const gone: Output = { kind: 'gone', id: 'tts' };
const promoted = (reason: string): Output => ({
  kind: 'promoted',
  child,
  duty: { lease: 'tts', epoch: 2 },
  reason,
});

void t.test('orders are followed first, the rest at once and in its order', (t) => {
  const followed: Output[] = [];
  const outputs = new DeferredOutputs((output) => followed.push(output));
  outputs.add([gone, spawn, promoted('first'), start]);
  t.same(followed, [start, gone, spawn, promoted('first')]);
  outputs.add([]);
  t.equal(followed.length, 4);
  t.end();
});

void t.test(
  'after a take-over the rest waits, with what comes after it, and says when it was decided',
  async (t) => {
    const followed: Output[] = [];
    const times: number[] = [];
    const outputs = new DeferredOutputs((output, at) => {
      followed.push(output);
      times.push(at);
      // What is started says so at once.
      if (output === spawn) outputs.add([gone]);
    });
    const before = unixNow();
    outputs.add([promoted('takes over'), spawn, start]);
    const after = unixNow();
    t.same(followed, [start]);
    outputs.add([promoted('planned'), start]);
    t.same(followed, [start, start], 'orders never wait');
    while (followed.length < 6) await sleep(5);
    t.same(followed.slice(2), [promoted('takes over'), spawn, promoted('planned'), gone]);
    t.ok(times.slice(2, 4).every((at) => at >= before && at <= after));
  },
);

void t.test('after() keeps its place behind what was decided before it, drop() forgets all', async (t) => {
  const followed: unknown[] = [];
  const outputs = new DeferredOutputs((output) => followed.push(output));
  outputs.after(() => followed.push(1));
  outputs.add([promoted('takes over')]);
  outputs.after(() => followed.push(2));
  t.same(followed, [1]);
  outputs.flush();
  t.same(followed, [1, promoted('takes over'), 2]);
  outputs.add([promoted('takes over'), spawn]);
  outputs.drop();
  await sleep(100);
  t.equal(followed.length, 3);
});

void t.test('flush() follows what waits, and nothing twice', async (t) => {
  const followed: Output[] = [];
  const outputs = new DeferredOutputs((output) => followed.push(output));
  outputs.add([promoted('takes over'), gone]);
  outputs.flush();
  t.same(followed, [promoted('takes over'), gone]);
  outputs.add([spawn]);
  t.same(followed.at(-1), spawn, 'nothing waits any more');
  await sleep(100);
  t.equal(followed.length, 3);
});
