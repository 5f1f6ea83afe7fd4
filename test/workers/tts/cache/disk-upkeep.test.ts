import { existsSync, mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DiskIndex } from '../../../../workers/tts/cache/disk-index.ts';
import { DiskUpkeep } from '../../../../workers/tts/cache/disk-upkeep.ts';
import type { DiskUpkeepOptions } from '../../../../workers/tts/cache/disk-upkeep.ts';
import { EntryFiles } from '../../../../workers/tts/cache/entry-files.ts';
import type { StoredSound } from '../../../../workers/tts/cache/entry-format.ts';
import { folderOf, nameEntry } from '../../../../workers/tts/cache/entry-name.ts';
import { openFolder, storedOf } from './sounds.ts';
import type { Teardown } from './sounds.ts';

const now = Date.now();

function open(t: Teardown, changes: Partial<DiskUpkeepOptions> = {}) {
  const root = openFolder(t);
  const files = new EntryFiles(root);
  const index = new DiskIndex();
  const upkeep = new DiskUpkeep({
    files,
    index,
    limits: { bytes: 1_000_000, entries: 1_000 },
    ttlMs: 60_000,
    now: () => now,
    operate: async (work) => await work(),
    signal: new AbortController().signal,
    ...changes,
  });
  const path = (stored: StoredSound) => join(root, folderOf(stored.text), nameEntry(stored));
  const run = async (what: 'sweep' | 'shed') => {
    upkeep.request(what);
    await upkeep.settled();
  };
  return { root, files, index, upkeep, path, run };
}

const young = (text: string, changes: Partial<StoredSound> = {}) =>
  storedOf(text, { createdAt: now - 1, ...changes });

void t.test('DiskUpkeep learns what others have written and removed', async (t) => {
  const { files, index, run } = open(t);
  const all = Array.from({ length: 20 }, (_, number) => young(`${number}`));
  for (const stored of all) await files.write(stored);
  await run('sweep');
  t.equal(index.size, 20);
  t.equal(index.bytes, 20 * ((await files.read(young('3')))?.bytes ?? 0));
  await files.remove(folderOf(young('3').text), nameEntry(young('3')));
  await run('sweep');
  t.equal(index.size, 19);
});

void t.test('DiskUpkeep removes what is too old, doubled or left over, and nothing of others', async (t) => {
  const { root, files, index, path, run } = open(t);
  const old = storedOf('old', { createdAt: now - 60_000 });
  const [first, second] = [young('twice', { createdAt: now - 9 }), young('twice')];
  for (const stored of [old, first, second]) await files.write(stored);
  const folder = join(root, 'a', 'b');
  mkdirSync(folder, { recursive: true });
  const parts = ['.00000000-0000-0000-0000-000000000000.part', '.00000000-0000-0000-0000-000000000001.part'];
  for (const name of [...parts, 'notes.txt']) writeFileSync(join(folder, name), 'x');
  utimesSync(join(folder, parts[0] ?? ''), new Date(), new Date(now - 3_600_000));
  const elsewhere = young('elsewhere');
  await files.write(elsewhere);
  renameSync(path(elsewhere), join(folder, nameEntry(elsewhere)));
  await run('sweep');
  t.notOk(existsSync(path(old)));
  t.notOk(existsSync(path(first)));
  t.ok(existsSync(path(second)));
  t.same(readdirSync(folder).sort(), [parts[1] ?? '', nameEntry(elsewhere), 'notes.txt'].toSorted());
  t.equal(index.size, 1);
});

void t.test('DiskUpkeep gives up what is least worth, and keeps what other processes use', async (t) => {
  const limits = { bytes: 12_000, entries: 1_000 };
  const { files, index, upkeep, path, run } = open(t, { limits });
  const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((text) => young(text));
  for (const stored of all) await files.write(stored);
  await run('sweep');
  t.ok(index.bytes <= limits.bytes);
  t.equal(upkeep.evictions, 6 - index.size);
  const left = all.filter((stored) => existsSync(path(stored)));
  t.equal(left.length, index.size);
  const [used] = left;
  if (!used) throw new Error('nothing is left');
  await files.writeHeat(used, now + 86_400_000);
  for (const text of ['g', 'h', 'i']) await files.write(young(text));
  await run('sweep');
  t.ok(existsSync(path(used)));
  t.ok(index.bytes <= limits.bytes);
});

void t.test('DiskUpkeep ends when the disk fails, when it is told to, and can be asked again', async (t) => {
  let fails = true;
  const end = new AbortController();
  const { files, index, run } = open(t, {
    signal: end.signal,
    operate: async (work) => {
      if (fails) throw new Error('broken');
      return await work();
    },
  });
  await files.write(young('a'));
  await run('sweep');
  t.equal(index.size, 0);
  fails = false;
  await run('sweep');
  t.equal(index.size, 1);
  await files.write(young('b'));
  end.abort();
  await run('sweep');
  t.equal(index.size, 1);
});
