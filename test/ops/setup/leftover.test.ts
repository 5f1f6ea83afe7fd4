import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

interface Module {
  readonly noteChild: (file: string, pid: number) => void;
  readonly endLeftover: (file: string, signal: AbortSignal, patienceMs?: number) => Promise<void>;
}
const { endLeftover, noteChild } = (await import(
  new URL('../../../ops/setup/leftover.mjs', import.meta.url).href
)) as Module;

const { signal } = new AbortController();

void t.test('endLeftover() ends the noted process with its group, and no other', async (t) => {
  const file = join(t.testdir(), 'npm.json');
  // The child's child holds stdout: "close" comes when both are gone.
  const code = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], { stdio: 'inherit' });`;
  const child = spawn(process.execPath, ['-e', code], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const closed = once(child, 'close');
  const { pid } = child;
  t.type(pid, 'number');
  if (pid === undefined) return;

  noteChild(file, pid);
  const noted = JSON.parse(readFileSync(file, 'utf8'));
  if (noted.startTime !== null) {
    writeFileSync(file, JSON.stringify({ ...noted, startTime: '1' }));
    await endLeftover(file, signal);
    t.equal(child.signalCode, null, 'a later process with the same pid is left alone');
    t.notOk(existsSync(file));
    noteChild(file, pid);
    await endLeftover(file, signal);
  } else {
    process.kill(-pid, 'SIGKILL'); // no /proc here: endLeftover() can't know
  }
  t.same(await closed, [null, 'SIGKILL']);
  await endLeftover(file, signal);
});

void t.test('endLeftover() lets a process come to its own end as long as it is patient', async (t) => {
  const file = join(t.testdir(), 'apt.json');
  const child = spawn(process.execPath, ['-e', 'console.log(1); process.stdin.resume()'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const closed = once(child, 'close');
  const { pid } = child;
  t.type(pid, 'number');
  if (pid === undefined) return;
  noteChild(file, pid);
  const waited = endLeftover(file, signal, 600_000);
  if (JSON.parse(readFileSync(file, 'utf8')).startTime !== null)
    t.ok(existsSync(file), 'still noted, should this set-up be killed as well');
  child.stdin.end();
  await waited;
  t.same(await closed, [0, null]);
  t.notOk(existsSync(file));
});

void t.test('endLeftover() does nothing without a note, or with one cut short', async (t) => {
  const file = join(t.testdir(), 'npm.json');
  for (const content of ['', '{"pid":', 'null', '{"pid":1,"startTime":"1"}', '{"pid":0,"startTime":"1"}']) {
    writeFileSync(file, content);
    await endLeftover(file, signal);
    t.notOk(existsSync(file), content);
  }
  await endLeftover(file, signal);
});
