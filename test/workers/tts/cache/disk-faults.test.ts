import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { SmallDisk } from '../../../../ops/chaos/small-disk.ts';
import { folderOf, nameEntry } from '../../../../workers/tts/cache/entry-name.ts';
import { SpeechCache } from '../../../../workers/tts/cache/speech-cache.ts';
import { identify } from '../../../../workers/tts/cache/speech-key.ts';
import { Told, keyOf, makeNoise, openFolder } from './sounds.ts';
import type { Teardown } from './sounds.ts';

/** Real disks that fail. */
const config = { maxMb: 10, ttlMs: 3_600_000_000, maxDiskMb: 100, variantAfter: 0, maxVariants: 1 };
const signal = new AbortController().signal;

function open(t: Teardown, folder: string, readLimitMs = 600_000) {
  const told = new Told();
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const cache = new SpeechCache({ folder, config, log: told.log, now, sweepAfterMs: 600_000, readLimitMs });
  t.teardown(async () => await cache[Symbol.asyncDispose]());
  const speak = async (text: string) =>
    (await cache.get(keyOf(text), async () => ({ sound: makeNoise(1, 5_000), costMs: 1 }), signal)).from;
  return { cache, told, clock, speak };
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sound'));

/** Where no disk may be mounted, that it says so is all there is to see: read it in the output. */
function cannot(
  t: { comment: (...words: string[]) => void; match: (found: unknown, wanted: RegExp) => void },
  error: unknown,
) {
  t.comment('NOT TESTED HERE: a disk of its own can only be mounted by root on Linux');
  t.match(error, /Cannot mount|mount:|permission|not permitted|ENOENT/i);
}

void t.test(
  'SpeechCache goes on in memory while the disk is full, says so once, and uses it again later',
  async (t) => {
    const folder = openFolder(t);
    let disk: SmallDisk;
    try {
      disk = new SmallDisk({ folder, sizeMb: 4, isKept: () => false });
    } catch (error) {
      cannot(t, error);
      return;
    }
    t.teardown(() => disk[Symbol.dispose]());
    const root = join(folder, 'speech');
    const { cache, told, clock, speak } = open(t, root);
    await speak('before');
    await cache.settled();
    disk.fill();
    for (let number = 0; number < 20; number++) {
      t.equal(await speak(`${number}`), 'made');
      t.equal(await speak(`${number}`), 'memory');
      await cache.settled();
      clock.now += 100;
    }
    t.same(told.warnings, ['the disk fails, speech is kept in memory only']);
    t.equal(filesIn(root).length, 1);
    t.ok(cache.stats().diskErrors >= 2, 'it was tried again, not each time');
    t.ok(cache.stats().diskErrors <= 3);
    t.equal(await open(t, root).speak('before'), 'disk', 'what is on it can be read');
    disk.free();
    clock.now += 60_000;
    await speak('after');
    await cache.settled();
    t.equal(filesIn(root).length, 2);
    t.equal(told.news.length, 1);
  },
);

void t.test(
  'SpeechCache reads a disk that may not be written, and does not speak of it more than once',
  async (t) => {
    const folder = openFolder(t);
    const mount = (...args: string[]) => spawnSync('mount', args, { encoding: 'utf8', timeout: 10_000 });
    const mounted = mount('-t', 'tmpfs', '-o', 'size=4m', 'onair-test', folder);
    if (mounted.status !== 0) {
      cannot(t, mounted.error ?? mounted.stderr);
      return;
    }
    t.teardown(() => void spawnSync('umount', ['-l', folder], { timeout: 10_000 }));
    const before = open(t, folder);
    await before.speak('a');
    await before.speak('damaged');
    await before.cache.settled();
    const damaged = filesIn(folder).find((name) => name.includes(identify(keyOf('damaged')).key)) ?? '';
    writeFileSync(join(folder, damaged), 'x');
    t.equal(mount('-o', 'remount,ro', folder).status, 0);
    const after = open(t, folder);
    t.equal(await after.speak('a'), 'disk');
    t.equal(await after.speak('damaged'), 'made');
    for (let number = 0; number < 10; number++) t.equal(await after.speak(`${number}`), 'made');
    await after.cache.settled();
    t.same(after.told.warnings.toSorted(), [
      'kept speech is damaged, it is made again',
      'the disk fails, speech is kept in memory only',
    ]);
  },
);

void t.test(
  'SpeechCache goes on when there is a file in place of its folder, or the folder goes away',
  async (t) => {
    const folder = join(openFolder(t), 'speech');
    writeFileSync(folder, 'a file');
    const { cache, told, clock, speak } = open(t, folder);
    for (let number = 0; number < 5; number++) {
      t.equal(await speak(`${number}`), 'made');
      t.equal(await speak(`${number}`), 'memory');
      await cache.settled();
    }
    t.equal(told.warnings.length, 1);
    rmSync(folder);
    clock.now += 60_000;
    await speak('a');
    await cache.settled();
    t.equal(filesIn(folder).length, 1);
    rmSync(folder, { recursive: true });
    await speak('b');
    await cache.settled();
    t.equal(filesIn(folder).length, 1, 'it is made anew');
    t.equal(told.warnings.length, 1);
  },
);

void t.test('SpeechCache does not wait for a disk that hangs, nor asks it again at once', async (t) => {
  const folder = openFolder(t);
  const { cache, told, clock, speak } = open(t, folder, 30);
  const id = identify(keyOf('slow'));
  const entry = { ...id, variant: 0, createdAt: clock.now, costMs: 1 };
  mkdirSync(join(folder, folderOf(id.text)), { recursive: true });
  const pipe = join(folder, folderOf(id.text), nameEntry(entry));
  // Whoever opens it to read waits until somebody writes.
  t.equal(spawnSync('mkfifo', [pipe]).status, 0);
  t.equal(await speak('slow'), 'made');
  t.equal(await speak('other'), 'made');
  t.equal(told.warnings.length, 1);
  const errors = cache.stats().diskErrors;
  for (let number = 0; number < 5; number++) t.equal(await speak(`${number}`), 'made');
  t.equal(cache.stats().diskErrors, errors);
  const writer = await openFile(pipe, 'w');
  await writer.close();
  await cache.settled();
});

void t.test('SpeechCache goes on when the process may open no more files', async (t) => {
  const folder = openFolder(t);
  const program = join(import.meta.dirname, 'opens-too-many-files.ts');
  const command = `ulimit -n 64; exec "$0" "$1" "$2"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program, folder], {
    env: { PATH: process.env['PATH'] },
  });
  t.same(JSON.parse(stdout), {
    code: 'EMFILE',
    meanwhile: ['made', 'memory', 'made', 'memory'],
    warnings: 1,
    afterwards: 'disk',
  });
});
