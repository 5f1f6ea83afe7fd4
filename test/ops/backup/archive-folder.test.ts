import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Found } from '../../../ops/backup/archive-folder.ts';
import { deleteOutdated, listArchives, outdated } from '../../../ops/backup/archive-folder.ts';
import { makeArchive } from './make-archive.ts';

const { signal } = new AbortController();
const dayMs = 86_400_000;
const now = Date.parse('2026-03-31T00:00:00.000Z');
const at = (daysAgo: number) => new Date(now - daysAgo * dayMs).toISOString();

/** An archive so many days old, after those given. */
function found(id: string, daysAgo: number, after: string[] = []): Found {
  const chain = after.map((each) => ({ id: each, file: each, created: '' }));
  const type = after.length > 0 ? ('incremental' as const) : ('full' as const);
  const head = {
    kind: 'head' as const,
    format: 'onair-backup' as const,
    version: 1,
    id,
    created: at(daysAgo),
    type,
    host: '',
    home: '',
    chain,
  };
  return { file: id, head };
}

void t.test('outdated() keeps an old archive for as long as a newer one begins after it', (t) => {
  const names = (all: Found[]) => outdated(all, now, 30 * dayMs).map(({ file }) => file);
  t.same(names([found('a', 40), found('b', 31, ['a']), found('c', 2)]), ['a', 'b']);
  t.same(names([found('a', 40), found('b', 31, ['a']), found('c', 2, ['a', 'b'])]), []);
  t.same(names([found('a', 40), found('b', 31, ['a']), found('c', 2, ['a'])]), ['b']);
  t.same(names([]), []);
  t.end();
});

void t.test('deleteOutdated() leaves what is of another home, damaged, or no archive', async (t) => {
  const folder = t.testdir();
  const old = await makeArchive({ folder, head: { created: at(50) } });
  const foreign = await makeArchive({ folder, head: { created: at(51), home: '/other' } });
  const fresh = await makeArchive({ folder, head: { created: at(1) } });
  const damaged = 'onair-2020-01-01T00-00-00-000Z-full.ndjson.gz';
  await writeFile(join(folder, damaged), 'not gzip');
  await writeFile(join(folder, 'notes.txt'), 'mine');
  const options = { host: 'here', home: '/home', now, keepMs: 30 * dayMs, signal };
  t.match(await listArchives(folder, options), {
    found: [{ file: old.link.file }, { file: fresh.link.file }],
    unreadable: [damaged],
  });
  t.same(await deleteOutdated(folder, options), [old.link.file]);
  t.same(
    (await readdir(folder)).toSorted(),
    [damaged, foreign.link.file, fresh.link.file, 'notes.txt'].toSorted(),
  );
  t.same(await listArchives(join(folder, 'none'), options), { found: [], unreadable: [] });
});
