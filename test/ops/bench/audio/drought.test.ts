import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { Drought } from '../../../../ops/bench/audio/drought.ts';
import type { ChildState } from '../../../../protocol/ipc.ts';
import { delay } from '../../../../workers/delay.ts';

/** One that says something whenever it is asked. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [
    '-e',
    `process.stdin.on('data', (data) => process.stdout.write(data)); console.log('there');`,
  ]);
  await once(child.stdout, 'data');
  return child;
}

const stateOf = ({ pid }: ChildProcess): string =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0] ?? '';

async function until(holds: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while (!holds() && (await delay(5, signal)));
  signal.throwIfAborted();
}

void t.test('Drought stops who is there and who comes, and lets all of them go on', async (t) => {
  const children = [await start(), await start()];
  const [first, second] = children;
  if (!first || !second) throw new Error('unreachable');
  t.teardown(() => children.forEach((child) => child.kill('SIGKILL')));
  const shown = [first];
  const childrenOf = (role: string) =>
    role === 'tts' ? shown.map(({ pid }) => ({ pid }) as unknown as ChildState) : [];
  {
    using drought = new Drought({ childrenOf }, ['tts', 'reply']);
    await until(() => stateOf(first) === 'T');
    t.not(stateOf(second), 'T');
    shown.push(second);
    await until(() => stateOf(second) === 'T');
    t.equal(drought.count, 2);
  }
  for (const child of children) {
    child.stdin?.write('x');
    t.equal(String((await once(child.stdout ?? child, 'data'))[0]), 'x');
  }
});
