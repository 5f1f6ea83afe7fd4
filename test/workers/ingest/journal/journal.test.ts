import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../../protocol/event.ts';
import type { JournalEntry, JournalOptions } from '../../../../workers/ingest/journal/journal-options.ts';
import { Journal } from '../../../../workers/ingest/journal/journal.ts';
import { liveEvent, paidEvent } from '../../../support/events.ts';

async function open(folder: string, limits: Partial<JournalOptions> = {}) {
  const found: string[] = [];
  const damage: string[] = [];
  let bytes = 0;
  const journal = await Journal.open({
    folder,
    onFound: ({ id }) => found.push(id),
    onDamage: ({ path }) => damage.push(path),
    onBytes: (change) => (bytes += change),
    ...limits,
  });
  return { journal, found, damage, bytes: () => bytes };
}

const folderOf = (t: Test): string => join(t.testdir({}), 'journal', 'demo');
const events = (count: number): LiveEvent[] => Array.from({ length: count }, () => liveEvent({}));
const gifts = (count: number): LiveEvent[] => Array.from({ length: count }, () => paidEvent());
const idsOf = (of: LiveEvent[]): string[] => of.map(({ id }) => id);
const files = (folder: string): string[] => readdirSync(folder).toSorted();
const journals = (folder: string): string[] => files(folder).filter((name) => name.endsWith('.ndjson'));

async function flushAll(journal: Journal, most = 100): Promise<string[]> {
  const ids: string[] = [];
  while (journal.hasMore) {
    const entries: JournalEntry[] = await journal.next(most);
    for (const entry of entries) {
      ids.push(entry.event.id);
      journal.flushed(entry);
    }
  }
  return ids;
}

void t.test(
  'next() hands out what was appended, in order, and the file is gone once it is flushed',
  async (t) => {
    const folder = folderOf(t);
    const { journal, bytes } = await open(folder);
    t.equal(existsSync(folder), false, 'nothing is made before it is needed');
    const all = events(300);
    await journal.append(all.slice(0, 10));
    t.same(idsOf((await journal.next(4)).map(({ event }) => event)), idsOf(all.slice(0, 4)));
    await journal.append(all.slice(10));
    t.equal(journal.unflushed, 300);
    const rest = await journal.next(1_000);
    t.same(idsOf(rest.map(({ event }) => event)), idsOf(all.slice(4)));
    t.equal(bytes(), journal.bytes);
    t.equal(journal.isEmpty, false, 'handed out is not flushed');
    await journal[Symbol.asyncDispose]();
    t.equal(files(folder).length, 1);

    const next = await open(folder);
    t.same(next.found, idsOf(all), 'a successor finds all of it');
    t.same(await flushAll(next.journal, 7), idsOf(all));
    t.equal(next.journal.isEmpty, true);
    await next.journal[Symbol.asyncDispose]();
    await next.journal[Symbol.asyncDispose]();
    t.same([files(folder), next.bytes(), next.damage], [[], 0, []]);
  },
);

void t.test(
  'a successor begins where its predecessor had flushed, and appends to a file of its own',
  async (t) => {
    const folder = folderOf(t);
    const first = await open(folder);
    const all = events(20);
    await first.journal.append(all);
    for (const entry of await first.journal.next(8)) first.journal.flushed(entry);
    await first.journal[Symbol.asyncDispose]();

    const second = await open(folder);
    t.same(second.found, idsOf(all.slice(8)));
    const more = events(5);
    await second.journal.append(more);
    t.equal(journals(folder).length, 2);
    await second.journal[Symbol.asyncDispose]();

    const third = await open(folder);
    t.same(await flushAll(third.journal), idsOf([...all.slice(8), ...more]), 'the older file first');
    await third.journal[Symbol.asyncDispose]();
    t.same(files(folder), []);
  },
);

void t.test('a torn last record is dropped, and damaged ones are passed over and told of', async (t) => {
  const folder = folderOf(t);
  const first = await open(folder);
  const all = events(6);
  await first.journal.append(all);
  await first.journal[Symbol.asyncDispose]();
  const file = join(folder, files(folder)[0] ?? '');
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[2] = `${lines[2]?.slice(0, 40)}X${lines[2]?.slice(41)}`;
  lines[4] = '\0'.repeat(3_000_000);
  writeFileSync(file, lines.join('\n'));
  appendFileSync(file, lines[1]?.slice(0, 50) ?? '');

  const { journal, found, damage } = await open(folder);
  const expected = idsOf([0, 2, 4, 5].flatMap((index) => all[index] ?? []));
  t.same(found, expected);
  t.equal(damage.length, 3, 'changed, overwritten, torn');
  t.same(await flushAll(journal), expected);
  t.equal(journal.isEmpty, true);
  await journal[Symbol.asyncDispose]();
  t.same(files(folder), []);
});

void t.test('a journal whose head or whole content is garbage holds nothing up', async (t) => {
  const folder = folderOf(t);
  const first = await open(folder);
  const all = events(3);
  await first.journal.append(all);
  await first.journal[Symbol.asyncDispose]();
  const [name = ''] = files(folder);
  const bytes = readFileSync(join(folder, name));
  bytes.fill('?', 0, 20);
  writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, '1700000000000-1-1.ndjson'), Buffer.alloc(5_000, 0xff));
  writeFileSync(join(folder, '1700000000001-1-1.ndjson'), '');
  writeFileSync(join(folder, 'notes.txt'), 'not ours');

  const { journal, found } = await open(folder);
  t.same(found, idsOf(all));
  t.same(await flushAll(journal), idsOf(all));
  await journal[Symbol.asyncDispose]();
  t.same(files(folder), ['notes.txt']);
});

void t.test('remains that cannot be taken away hide no events', async (t) => {
  const folder = folderOf(t);
  const all = events(3);
  await using first = (await open(folder)).journal;
  await first.append(all);
  // A folder is not taken away as a file is.
  mkdirSync(join(folder, 'reserve'));
  const { journal, found, damage } = await open(folder);
  await using _ = journal;
  t.same(found, idsOf(all));
  t.same(damage, [join(folder, 'reserve')]);
});

void t.test('append() refuses paid events beyond its bounds, and takes it once there is room', async (t) => {
  const folder = folderOf(t);
  const { journal } = await open(folder, { maxEvents: 10, fileBytes: 500 });
  await journal.append(gifts(8));
  await t.rejects(journal.append(gifts(3)), { code: 'journal-full' });
  for (const entry of await journal.next(5)) journal.flushed(entry);
  const late = gifts(3);
  await journal.append(late);
  t.equal(journal.unflushed, 6);
  t.same((await flushAll(journal)).slice(3), idsOf(late));
  await journal[Symbol.asyncDispose]();

  const small = await open(folder, { maxBytes: 1_000 });
  await t.rejects(small.journal.append(gifts(10)), { code: 'journal-full' });
  t.equal(small.journal.unflushed, 0);
  await small.journal[Symbol.asyncDispose]();
  t.same(files(folder), []);
});

void t.test('append() throws what the system says, and can be tried again', async (t) => {
  const parent = t.testdir({ journal: 'a file where the folder should be' });
  const { journal } = await open(join(parent, 'journal', 'demo'));
  await t.rejects(journal.append(events(1)), { code: 'ENOTDIR' });
  t.same([journal.unflushed, journal.isEmpty], [0, true]);
  await journal[Symbol.asyncDispose]();
});
