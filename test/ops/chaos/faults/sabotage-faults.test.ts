import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import t from 'tap';
import type { Scene } from '../../../../ops/chaos/fault.ts';
import { badStart } from '../../../../ops/chaos/faults/sabotage-faults.ts';
import type { ChildState, SupervisorState } from '../../../../protocol/ipc.ts';

const child = (id: string, pid: number, more: Partial<ChildState>): ChildState =>
  ({ id, service: 'reply', role: 'reply', pid, state: 'running', spare: false, ...more }) as ChildState;

const state = (children: ChildState[], working: number, spares: number): SupervisorState =>
  ({
    nats: { pid: 1 },
    children,
    services: [{ id: 'reply', role: 'reply', wanted: 1, working, spares }],
  }) as unknown as SupervisorState;

void t.test('badStart() takes nothing for healed while only a spare does the work', async (t) => {
  const victim = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1_000)'], { stdio: 'ignore' });
  t.teardown(() => victim.kill('SIGKILL'));
  const ended = once(victim, 'exit');
  const waiting = { spare: true, state: 'initialised' };
  const before = state([child('reply', victim.pid ?? 0, {}), child('reply.2', 70, waiting)], 1, 1);
  const show = {
    state: before,
    childrenOf() {
      return this.state.children;
    },
  };
  const orders = t.testdir({});
  const scene = { show, choice: 0, orders } as unknown as Scene;
  const wound = await badStart('reply', 'exit').cause(scene);
  if (!wound) throw new Error('nobody was hit');
  t.same(await ended, [null, 'SIGKILL']);
  t.same(readdirSync(orders), ['start-reply.json']);
  t.notOk(await wound.works?.(), 'nothing has taken over yet');

  const successor = child('reply.2', 70, {});
  show.state = state([successor, child('reply', 0, { spare: true, state: 'backoff' })], 1, 0);
  t.ok(await wound.works?.());
  t.notOk(await wound.healed());
  t.same(wound.figures, {});
  show.state = state([successor, child('reply', 71, waiting)], 1, 1);
  t.ok(await wound.healed());
  t.ok((wound.figures?.['restoredMs'] ?? -1) >= 0);

  await wound.end?.();
  t.same(readdirSync(orders), []);
});
