import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
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
