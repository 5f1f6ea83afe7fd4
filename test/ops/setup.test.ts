import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Test } from 'tap';

const ops = fileURLToPath(new URL('../../ops', import.meta.url));

/** A project with no packages and a nats-server that only tells its version: set-up needs nothing from outside for it. */
function createProject(t: Test, natsServer = 'echo "nats-server: v2.10.27"'): Project {
  const root = join(t.testdir(), 'onair');
  mkdirSync(join(root, 'ops'), { recursive: true });
  cpSync(join(ops, 'setup.mjs'), join(root, 'ops', 'setup.mjs'));
  cpSync(join(ops, 'setup'), join(root, 'ops', 'setup'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'onair', version: '0.1.0' }));
  writeLock(root, 1);
  const bin = join(root, 'fake-nats-server');
  writeFileSync(bin, `#!/bin/sh\n${natsServer}\n`);
  chmodSync(bin, 0o755);
  const env = { HOME: root, PATH: process.env['PATH'], NATS_SERVER_BIN: bin };
  const start = (...args: string[]) =>
    spawn(process.execPath, ['ops/setup.mjs', '--offline', ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    root,
    bin,
    start,
    async run(...args) {
      const child = start(...args);
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      return { stdout, stderr, code: Number(code) };
    },
  };
}

void t.test('setup.mjs prepares a fresh folder once, and is quiet and idle from then on', async (t) => {
  const { root, bin, run } = createProject(t);
  const first = await run();
  t.equal(first.code, 0, first.stderr);
  t.equal(first.stdout, '', 'stdout belongs to the command that comes after');
  t.match(first.stderr, /^setup: installing npm packages \(first start\) \.\.\. [\d.]+ s$/m);
  const stamp = readFileSync(join(root, '.runtime', 'setup.json'), 'utf8');
  t.match(JSON.parse(stamp), { root, natsServer: { path: bin, version: '2.10.27', mtimeMs: Number } });
  t.same(readdirSync(join(root, '.runtime')), ['setup.json'], 'no lock and no draft is left');

  t.same(await run(), { code: 0, stdout: '', stderr: '' });
  t.equal(readFileSync(join(root, '.runtime', 'setup.json'), 'utf8'), stamp);
  t.same(JSON.parse((await run('--json')).stdout), JSON.parse(stamp));
});

void t.test('setup.mjs notices when packages are gone or the lock is another', async (t) => {
  const { root, run } = createProject(t);
  await run();
  rmSync(join(root, 'node_modules'), { recursive: true });
  t.match(await run(), { code: 0, stderr: 'installing npm packages' });
  writeLock(root, 2);
  t.match(await run(), { code: 0, stderr: 'installing npm packages (package-lock.json changed)' });
  t.match(await run('--force'), { code: 0, stderr: 'installing npm packages (--force)' });
  t.same(await run(), { code: 0, stdout: '', stderr: '' });
});

void t.test('setup.mjs does not exchange packages under a running supervisor', async (t) => {
  const { root, run } = createProject(t);
  await run();
  writeFileSync(
    join(root, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/old': {} } }),
  );
  writeLock(root, 2);
  mkdirSync(join(root, 'var', 'run'), { recursive: true });
  writeFileSync(join(root, 'var', 'run', 'supervisor.json'), JSON.stringify({ pid: process.pid }));
  const { code, stderr } = await run();
  t.equal(code, 0, 'looking at a running room must stay possible');
  t.match(stderr, new RegExp(`onair runs from this folder \\(pid ${process.pid}\\)`));
  t.ok(existsSync(join(root, 'node_modules', '.package-lock.json')));
});

void t.test('setup.mjs refuses an old nats-server and says why', async (t) => {
  const { root, run } = createProject(t, 'echo "nats-server: v2.9.10"');
  const { code, stderr } = await run();
  t.match(stderr, '2.9.10 is older than 2.10.23');
  const lenient = await run('--lenient');
  t.equal(lenient.code, 0, 'those go on who only look');
  // This machine may have a good one elsewhere, which is then used.
  const { natsServer } = JSON.parse(readFileSync(join(root, '.runtime', 'setup.json'), 'utf8'));
  t.equal(code, natsServer === null ? 1 : 0);
  t.match(
    stderr,
    natsServer === null ? /^setup: ERROR: nats-server 2\.10\.23 or newer: .* To mend it: /m : /using \//,
  );
});

void t.test('setup.mjs started twice at once installs once', async (t) => {
  const { run } = createProject(t);
  const runs = await Promise.all([run(), run(), run()]);
  for (const { code, stderr } of runs) t.equal(code, 0, stderr);
  t.equal(runs.filter(({ stderr }) => stderr.includes('installing npm packages')).length, 1);
});

void t.test('setup.mjs goes on after a set-up that was killed', async (t) => {
  const { root, run } = createProject(t);
  mkdirSync(join(root, '.runtime'));
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(join(root, '.runtime', 'setup.lock'), JSON.stringify({ pid, startTime: '1' }));
  writeFileSync(join(root, '.runtime', 'setup.json'), '{"version": 1, "ro');
  t.match(await run(), { code: 0, stderr: 'installing npm packages' });
});

void t.test('setup.mjs ends at once when interrupted, with its children and without a stamp', async (t) => {
  const { root, start } = createProject(t, 'echo $$ > "$(dirname "$0")/started"; exec sleep 1000');
  const child = start();
  const ended = once(child, 'close');
  child.stdout.resume();
  const said = text(child.stderr);
  const pid = Number(await whenWritten(root, 'started'));
  child.kill('SIGTERM');
  t.same((await ended)[0], 130);
  t.notMatch(await said, /ERROR|To mend it/, 'nothing failed');
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  t.notOk(existsSync(join(root, '.runtime', 'setup.json')));
  t.notOk(existsSync(join(root, '.runtime', 'setup.lock')));
});

void t.test('setup.mjs looks again when asked to, and lets those go on who only look', async (t) => {
  const { root, run } = createProject(t);
  const path = join(root, '.runtime', 'setup.json');
  await run();
  const { natsServer, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...rest, natsServer: { ...natsServer, version: '0.0.0' } }));
  t.match(await run(), { code: 0, stderr: '' });
  t.equal((await run('--again')).code, 0);
  t.equal(JSON.parse(readFileSync(path, 'utf8')).natsServer.version, '2.10.27');

  // Nothing can be made out of this lock; what was prepared before is gone with it.
  writeFileSync(join(root, 'package-lock.json'), '{');
  t.match(await run('--lenient'), { code: 1, stderr: 'ERROR: npm packages' });
  t.ok(existsSync(join(root, '.runtime', 'npm.log')));
  writeLock(root, 3);
  t.match(await run('--lenient'), { code: 0 });
  t.notOk(existsSync(join(root, '.runtime', 'npm.log')), 'an old failure is not left lying about');
});

void t.test('setup.mjs explains itself and refuses unknown arguments', async (t) => {
  const { root, run } = createProject(t);
  t.match(await run('--help'), { code: 0, stdout: /^Usage: .*--dev/s, stderr: '' });
  t.match(await run('--frobnicate'), { code: 1, stdout: '', stderr: 'unknown argument "--frobnicate"' });
  t.notOk(existsSync(join(root, '.runtime')));
});

interface Project {
  readonly root: string;
  readonly bin: string;
  readonly start: (...args: string[]) => ChildProcessByStdio<null, Readable, Readable>;
  readonly run: (...args: string[]) => Promise<{ code: number; stdout: string; stderr: string }>;
}

/** A lock without packages; `revision` makes its content another. */
function writeLock(root: string, revision: number): void {
  const lock = {
    name: 'onair',
    version: '0.1.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'onair', version: '0.1.0', revision } },
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
}

/** The content of a file, as soon as it has a whole line. */
async function whenWritten(folder: string, name: string): Promise<string> {
  const read = (): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  const watcher = watch(folder);
  try {
    while (!read().endsWith('\n')) await once(watcher, 'change');
    return read();
  } finally {
    watcher.close();
  }
}
