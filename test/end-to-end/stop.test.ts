import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Test } from 'tap';
import { isAlive } from '../../supervisor/process-table.ts';
import { readState } from '../../supervisor/state-file.ts';

const project = resolve(import.meta.dirname, '../..');
const patienceMs = 90_000;

function start(t: Test, command: string, args: string[]): { home: string; child: ChildProcess } {
  const home = mkdtempSync(join(tmpdir(), 'onair-stop-'));
  const child = spawn(command, [...args, '--home', home], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(async () => {
    const pid = readState(home)?.pid ?? 0;
    if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return { home, child };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never came: ${what}`);
    await sleep(20);
  }
}

const supervisor = join(project, 'supervisor/main.ts');

void t.test('a reader of the output that goes away does not end the show', async (t) => {
  const { home, child } = start(t, process.execPath, [supervisor, '--for', '2s']);
  const ended = once(child, 'exit');
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  child.stdout?.destroy();
  child.stderr?.destroy();
  await until('on air', () => readState(home)?.state === 'on-air');
  t.same(await ended, [0, null]);
  t.equal(readState(home)?.state, 'stopped');
});

void t.test('a signal during the start stops in order', async (t) => {
  const { home, child } = start(t, process.execPath, [supervisor]);
  const ended = once(child, 'exit');
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  child.kill('SIGTERM');
  t.same(await ended, [0, null]);
  t.match(readState(home), { state: 'stopped' });
  t.ok(readState(home)?.children.every(({ pid }) => pid === 0));
});

void t.test('a second signal ends everything at once', async (t) => {
  const { home, child } = start(t, process.execPath, [supervisor]);
  const ended = once(child, 'exit');
  await until('on air', () => readState(home)?.state === 'on-air');
  const { children = [], nats } = readState(home) ?? {};
  child.kill('SIGTERM');
  await until('the stop', () => readState(home)?.state === 'stopping');
  await sleep(400);
  child.kill('SIGTERM');
  t.same(await ended, [1, null]);
  await until('the end of all', () => [...children, nats].every((one) => !one || !isAlive(one.pid)));
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const)
  void t.test(`the show ends in order when the npm that started it is ended by ${signal}`, async (t) => {
    const { home, child } = start(t, 'npm', ['run', 'supervise', '--']);
    child.stdout?.resume();
    child.stderr?.resume();
    const ended = once(child, 'exit');
    await until('on air', () => readState(home)?.state === 'on-air');
    const pid = readState(home)?.pid ?? 0;
    child.kill(signal);
    await ended;
    await until('the end of the supervisor', () => !isAlive(pid));
    t.match(readState(home), { state: 'stopped' });
  });
