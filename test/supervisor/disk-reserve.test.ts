import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { keepReserve, makeRoomToStart } from '../../supervisor/disk-reserve.ts';
import { lockHome } from '../../supervisor/home-lock.ts';
import { readProcess } from '../../supervisor/process-table.ts';

/** A disk of its own, of so many megabytes. */
function smallDisk(t: Test, megabytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'onair-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  t.teardown(() => {
    execFileSync('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  return folder;
}

function fill(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'filling'), Buffer.alloc(bavail * bsize));
}

void t.test('on a disk with room, nothing is removed, and room for a later start is kept', async (t) => {
  const home = smallDisk(t, 400);
  t.same(makeRoomToStart(home), []);
  mkdirSync(join(home, 'run'));
  await keepReserve(home);
  await keepReserve(home);
  t.same(readdirSync(join(home, 'run')), ['reserve']);
  t.equal(statSync(join(home, 'run', 'reserve')).size, 16 * 1024 * 1024);
});

void t.test('on a full disk, the room that was kept is enough for a start', async (t) => {
  const home = smallDisk(t, 400);
  for (const name of ['run', 'log', 'jetstream']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'log', 'tts.ndjson.1'), 'old');
  await keepReserve(home);
  fill(home);
  t.same(makeRoomToStart(home), [join(home, 'run', 'reserve')]);
  t.ok(existsSync(join(home, 'log', 'tts.ndjson.1')), 'and nothing else is touched');
  await keepReserve(home);
  t.notOk(existsSync(join(home, 'run', 'reserve')), 'none is taken of what is short');
});

void t.test('a disk with no byte left has room for the lock of who starts, and of nobody else', async (t) => {
  const home = smallDisk(t, 400);
  const reserve = join(home, 'run', 'reserve');
  lockHome(home)[Symbol.dispose]();
  await keepReserve(home);
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1_000)'], { stdio: 'ignore' });
  await once(holder, 'spawn');
  const lock = join(home, 'run', 'supervisor.lock');
  writeFileSync(lock, `${holder.pid} ${readProcess(holder.pid ?? 0)?.startTime}`);
  fill(home);
  t.throws(() => lockHome(home), { message: /a supervisor \(pid \d+\) is running there/ });
  t.ok(existsSync(reserve), 'it is kept for who is there');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  using taken = lockHome(home);
  t.same(taken.removed, [reserve]);
  t.same(makeRoomToStart(home), []);
  t.equal(readFileSync(lock, 'utf8').split(' ')[0], String(process.pid));
});

void t.test(
  'without the reserve, a full disk has room for no lock, and who starts is told what to do',
  (t) => {
    const home = smallDisk(t, 40);
    lockHome(home)[Symbol.dispose]();
    fill(home);
    t.throws(() => lockHome(home), { message: /^The disk of \S+ is full .* delete something/ });
    t.same(readdirSync(join(home, 'run')), []);
    t.end();
  },
);

void t.test('without it, what can be made anew is given back, and then a person is told what to do', (t) => {
  const home = smallDisk(t, 40);
  for (const name of ['log', 'jetstream']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'log', 'tts.ndjson.1'), Buffer.alloc(10_000_000));
  fill(home);
  t.same(makeRoomToStart(home), [join(home, 'log', 'tts.ndjson.1')]);
  writeFileSync(join(home, 'more'), Buffer.alloc(9_900_000));
  t.throws(() => makeRoomToStart(home), {
    message: /^The disk of \S+ is full \(\d\.\d MB free\)\. onair needs 8 MB to start: delete something/,
  });
  t.end();
});
