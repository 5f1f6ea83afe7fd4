import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { Test } from 'tap';
import { isAlive, readEnd, readProcess } from '../../supervisor/process-table.ts';
import { killedBy } from '../../supervisor/tripwire.ts';

/** A process whose parent never asks how it ended, so that it stays in the kernel's table. */
async function unheeded(t: Test, command: string): Promise<{ pid: number; startTime: string }> {
  const parent = spawn('/bin/sh', ['-c', `${command} & echo $!; exec sleep 600`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => parent.kill('SIGKILL'));
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const pid = Number(line);
  // As long as it is a shell, it asks.
  while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await turn();
  return { pid, startTime: readProcess(pid)?.startTime ?? '' };
}

void t.test(
  'killedBy() tells which signal ended a process that is dead and still in the table',
  async (t) => {
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGUSR1'] as const) {
      const { pid, startTime } = await unheeded(t, 'exec sleep 600 >/dev/null');
      t.equal(killedBy(pid, startTime), undefined, 'it runs');
      process.kill(pid, signal);
      while (isAlive(pid, startTime)) await turn();
      t.equal(killedBy(pid, startTime), signal);
      t.equal(killedBy(pid, '1'), undefined, 'another process had that pid');
    }
  },
);

void t.test('killedBy() leaves alone what ended by itself, and what is not there', async (t) => {
  const { pid, startTime } = await unheeded(t, String.raw`exec sh -c "kill -STOP \$\$; exit 9" >/dev/null`);
  while (readProcess(pid)?.state !== 'T') await turn();
  process.kill(pid, 'SIGCONT');
  while (isAlive(pid)) await turn();
  t.match(readEnd(pid), { signal: 0 });
  t.equal(killedBy(pid, startTime), undefined);
  t.equal(killedBy(2 ** 30, ''), undefined);
});
