import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { SmallDisk } from '../../../ops/chaos/small-disk.ts';

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'onair-small-disk-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where this may not be had, that it says so is all there is to see. */
function open(folder: string, isKept: () => boolean): SmallDisk | undefined {
  try {
    return new SmallDisk({ folder, sizeMb: 8, isKept });
  } catch (error) {
    t.match(error, /Cannot mount a small disk/);
    return undefined;
  }
}

void t.test(
  'SmallDisk is filled to the last byte and freed, spares the evidence, and leaves what is kept',
  (t) => {
    const folder = openFolder();
    let kept = false;
    const home = statSync(folder).dev;
    const disk = open(folder, () => kept);
    if (!disk) {
      t.end();
      return;
    }
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
  const disk = open(folder, () => false);
  if (disk) writeFileSync(join(folder, 'x'), 'x');
  disk?.[Symbol.dispose]();
  t.notOk(existsSync(join(folder, 'x')));
  t.end();
});
