import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { SmallDisk, canMountDisk } from '../../../ops/chaos/small-disk.ts';

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'onair-small-disk-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

void t.test(
  'SmallDisk is filled to the last byte and freed, spares the evidence, and leaves what is kept',
  (t) => {
    const folder = openFolder();
    let kept = false;
    const open = () => new SmallDisk({ folder, sizeMb: 8, isKept: () => kept });
    if (!canMountDisk()) {
      t.throws(open, /Cannot mount/);
      return t.end();
    }
    const home = statSync(folder).dev;
    const disk = open();
    t.teardown(() => disk[Symbol.dispose]());
    t.not(statSync(folder).dev, home);
    mkdirSync(join(folder, 'run'));
    writeFileSync(join(folder, 'run', 'state'), 'before');
    t.ok(disk.fill() > 7_000_000);
    t.throws(() => writeFileSync(join(folder, 'more'), 'x'), { code: 'ENOSPC' });
    writeFileSync(join(folder, 'sim', 'log'), 'what the room said');
    disk.free();
    writeFileSync(join(folder, 'more'), 'x');
    kept = true;
    disk[Symbol.dispose]();
    disk[Symbol.dispose]();
    t.equal(statSync(folder).dev, home);
    t.equal(readFileSync(join(folder, 'run', 'state'), 'utf8'), 'before');
    t.equal(readFileSync(join(folder, 'sim', 'log'), 'utf8'), 'what the room said');
    t.notOk(existsSync(join(folder, 'filler')));
    t.end();
  },
);

void t.test('SmallDisk leaves nothing when nothing is kept', (t) => {
  const folder = openFolder();
  if (canMountDisk()) {
    const disk = new SmallDisk({ folder, sizeMb: 4, isKept: () => false });
    writeFileSync(join(folder, 'x'), 'x');
    disk[Symbol.dispose]();
  }
  t.notOk(existsSync(join(folder, 'x')));
  t.end();
});
