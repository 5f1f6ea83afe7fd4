import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import type { Test } from 'tap';
import type { ArchiveRecord } from '../../../ops/backup/archive.ts';
import { readArchive, readHead, verifyArchive } from '../../../ops/backup/read-archive.ts';
import { ArchiveWriter } from '../../../ops/backup/write-archive.ts';
import { makeArchive, record } from './make-archive.ts';

const { signal } = new AbortController();

async function readAll(file: string): Promise<ArchiveRecord[]> {
  return await Array.fromAsync(readArchive(file, signal));
}

/** A sequence of numbers below 1 that is the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The lines of an archive, changed, in a file that zlib finds nothing wrong with. */
async function forge(t: Test, change: (lines: string[]) => string[]): Promise<string> {
  const { file } = await makeArchive({ folder: t.testdir() });
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n')
    .slice(0, -1);
  const bytes = gzipSync(`${change(lines).join('\n')}\n`);
  bytes[9] = 0xff;
  await writeFile(file, bytes);
  return file;
}

void t.test('readArchive() gives back what ArchiveWriter took', async (t) => {
  const folder = t.testdir();
  const records = [
    record(3, { stream: 'KV_rooms', subject: '$KV.rooms.demo', data: '', headers: [] }),
    record(5),
    record(9, {
      headers: [['Onair-Text', ['你好', 'zwei']]],
      data: Buffer.alloc(900_000, 7).toString('base64'),
    }),
  ];
  const { file, head } = await makeArchive({ folder, records });
  const all = await readAll(file);
  t.same(all[0], head);
  t.same(all.slice(1, -1), records);
  const { manifest } = await verifyArchive(file, signal);
  t.match(manifest.streams, {
    KV_rooms: { messages: 1, first: 3, last: 3 },
    EVENTS: { messages: 2, first: 5, last: 9, upTo: 9 },
  });
  t.same(await readHead(file, signal), head);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.same((await readdir(folder)).length, 1, 'nothing else is in the folder');
});

void t.test('readArchive() refuses an archive with any byte changed', async (t) => {
  const folder = t.testdir();
  const records = Array.from({ length: 60 }, (_, index) => record(index + 1));
  const { file } = await makeArchive({ folder, records });
  const whole = await readFile(file);
  const random = seeded(7);
  const places = new Set([
    ...Array.from({ length: 18 }, (_, index) => index),
    ...Array.from({ length: 8 }, (_, index) => whole.length - 1 - index),
    ...Array.from({ length: 200 }, () => Math.floor(random() * whole.length)),
  ]);
  const damaged = join(folder, 'damaged.gz');
  for (const place of places) {
    const bytes = Buffer.from(whole);
    bytes[place] = (bytes[place] ?? 0) ^ (1 + Math.floor(random() * 255));
    await writeFile(damaged, bytes);
    await t.rejects(
      verifyArchive(damaged, signal),
      { code: 'bad-archive' },
      `byte ${place} of ${whole.length}`,
    );
  }
});

void t.test('readArchive() refuses an archive that is cut or goes on', async (t) => {
  const folder = t.testdir();
  const { file } = await makeArchive({ folder });
  const whole = await readFile(file);
  const other = join(folder, 'other.gz');
  for (const bytes of [
    whole.subarray(0, 0),
    whole.subarray(0, 9),
    whole.subarray(0, 100),
    whole.subarray(0, -1),
    Buffer.concat([whole, Buffer.from([0])]),
    Buffer.concat([whole, Buffer.from('more')]),
    Buffer.concat([whole, whole]),
  ]) {
    await writeFile(other, bytes);
    await t.rejects(verifyArchive(other, signal), { code: 'bad-archive' }, `${bytes.length} bytes`);
  }
  await t.rejects(verifyArchive(join(folder, 'none.gz'), signal), {
    code: 'bad-archive',
    message: /there is no such file/,
  });
});

void t.test('readArchive() names another format version, whatever else it has', async (t) => {
  const file = await forge(t, ([, ...rest]) => [
    JSON.stringify({ kind: 'head', format: 'onair-backup', version: 9, all: 'new' }),
    ...rest,
  ]);
  await t.rejects(verifyArchive(file, signal), {
    message: /format version 9, this version of onair reads 1/,
  });
});

void t.test('readArchive() refuses lines that were changed, left out, moved or added', async (t) => {
  const changes: [string, (lines: string[]) => string[]][] = [
    ['changed', (lines) => lines.map((line) => line.replace('chat', 'gift'))],
    ['left out', (lines) => lines.toSpliced(1, 1)],
    ['moved', ([head = '', one = '', two = '', end = '']) => [head, two, one, end]],
    ['without a head', (lines) => lines.slice(1)],
    ['without an end', (lines) => lines.slice(0, -1)],
    ['after the end', (lines) => [...lines, lines[1] ?? '']],
    ['no record', (lines) => lines.toSpliced(1, 0, '{"kind":"toString"}')],
    ['no JSON', (lines) => lines.toSpliced(1, 0, 'hello')],
  ];
  for (const [name, change] of changes) {
    await t.test(name, async (t) => {
      await t.rejects(verifyArchive(await forge(t, change), signal), { code: 'bad-archive' });
    });
  }
});

void t.test('readArchive() ends when the signal says stop', async (t) => {
  const { file } = await makeArchive({ folder: t.testdir() });
  await t.rejects(verifyArchive(file, AbortSignal.abort()), { name: 'AbortError' });
});

void t.test('ArchiveWriter leaves nothing when it is not finished, and may be disposed twice', async (t) => {
  const folder = t.testdir();
  const { head } = await makeArchive({ folder: join(folder, 'other') });
  const writer = await ArchiveWriter.open(join(folder, 'a.gz'), head);
  await writer.addMessage(record(1));
  await writer[Symbol.asyncDispose]();
  await writer[Symbol.asyncDispose]();
  t.same(await readdir(folder), ['other']);
});

void t.test('ArchiveWriter says why it cannot write', async (t) => {
  const { head } = await makeArchive({ folder: t.testdir() });
  await t.rejects(
    async () => {
      await using writer = await ArchiveWriter.open('/dev/null/none/a.gz', head);
      await writer.addMessage(record(1));
    },
    { code: 'ENOTDIR' },
  );
});

void t.test('ArchiveWriter reports a full disk', async (t) => {
  const folder = t.testdir({ 'a.gz.partial': t.fixture('symlink', '/dev/full') });
  const { head } = await makeArchive({ folder: join(folder, 'other') });
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index * 7919) >>> 5));
  await t.rejects(
    async () => {
      await using writer = await ArchiveWriter.open(join(folder, 'a.gz'), head);
      for (let seq = 1; seq < 50; seq++)
        await writer.addMessage(record(seq, { data: noise.toString('base64') }));
      await writer.finish(new Map(), { at: 0, onAir: false, result: {} as never }, signal);
    },
    { code: 'ENOSPC' },
  );
});
