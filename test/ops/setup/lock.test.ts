import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

interface Module {
  readonly acquireLock: (
    path: string,
    options: { deadlineMs: number; signal: AbortSignal; onWait: (pid: number) => void },
  ) => Promise<() => void>;
}
const { acquireLock } = (await import(
  new URL('../../../ops/setup/lock.mjs', import.meta.url).href
)) as Module;

const endless = { deadlineMs: 60_000, signal: new AbortController().signal };
const nobodyWaits = (pid: number): void => {
  throw new Error(`waited for ${pid}`);
};

void t.test('acquireLock() lets the second one wait until the first gives it back', async (t) => {
  const path = join(t.testdir(), 'deep', 'setup.lock');
  const release = await acquireLock(path, { ...endless, onWait: nobodyWaits });
  const waitedFor: number[] = [];
  const second = await acquireLock(path, {
    ...endless,
    onWait: (pid) => {
      waitedFor.push(pid);
      release();
    },
  });
  t.same(waitedFor, [process.pid], 'said once');
  release();
  t.ok(existsSync(path), 'giving it back twice does not take it from the second');
  second();
  t.notOk(existsSync(path));
});

void t.test('acquireLock() gives up at its deadline, naming who holds it', async (t) => {
  const path = join(t.testdir(), 'setup.lock');
  const release = await acquireLock(path, { ...endless, onWait: nobodyWaits });
  await t.rejects(acquireLock(path, { ...endless, deadlineMs: 1, onWait: () => undefined }), {
    message: new RegExp(`pid ${process.pid}`),
  });
  release();
});

void t.test('acquireLock() stops waiting when the signal says so', async (t) => {
  const path = join(t.testdir(), 'setup.lock');
  const release = await acquireLock(path, { ...endless, onWait: nobodyWaits });
  const stop = new AbortController();
  await t.rejects(acquireLock(path, { ...endless, signal: stop.signal, onWait: () => stop.abort() }), {
    name: 'AbortError',
  });
  release();
});

void t.test('acquireLock() breaks a lock whose process is gone', async (t) => {
  const path = join(t.testdir(), 'setup.lock');
  const { pid } = spawnSync(process.execPath, ['--version']);
  const ownStart = JSON.stringify({ pid: process.pid, startTime: '1' });
  const stale = [
    JSON.stringify({ pid, startTime: '1' }),
    JSON.stringify({ pid }),
    ...(existsSync('/proc/self/stat') ? [ownStart] : []),
  ];
  for (const content of stale) {
    writeFileSync(path, content);
    const release = await acquireLock(path, { ...endless, onWait: nobodyWaits });
    t.equal(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid, content);
    release();
  }
});

void t.test('acquireLock() leaves an empty lock alone while it may still be written', async (t) => {
  const path = join(t.testdir(), 'setup.lock');
  writeFileSync(path, '');
  await t.rejects(acquireLock(path, { ...endless, deadlineMs: 1, onWait: () => undefined }), {
    message: /another set-up/,
  });
  utimesSync(path, new Date(0), new Date(0));
  const release = await acquireLock(path, { ...endless, onWait: nobodyWaits });
  release();
});
