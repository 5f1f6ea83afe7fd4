import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { openChain, readChain } from '../../../ops/backup/read-chain.ts';
import { makeArchive, record } from './make-archive.ts';

const { signal } = new AbortController();

async function makeChain(t: Test) {
  const folder = t.testdir();
  const full = await makeArchive({ folder, records: [1, 2, 3].map((seq) => record(seq)) });
  const middle = await makeArchive({
    folder,
    records: [4, 5].map((seq) => record(seq)),
    head: { type: 'incremental', created: '2026-02-01T00:00:00.000Z', chain: [full.link] },
  });
  const last = await makeArchive({
    folder,
    records: [record(6)],
    keptFrom: 3,
    head: { type: 'incremental', created: '2026-02-02T00:00:00.000Z', chain: [full.link, middle.link] },
  });
  return { folder, full, middle, last };
}

void t.test('readChain() gives the messages that were still there, in order', async (t) => {
  const { last } = await makeChain(t);
  const chain = await openChain(last.file, signal);
  t.equal(chain.messages, 6);
  const seqs = (await Array.fromAsync(readChain(chain, signal))).map(({ seq }) => seq);
  t.same(seqs, [3, 4, 5, 6]);
});

void t.test('openChain() says which archive is missing', async (t) => {
  const { last, middle } = await makeChain(t);
  await rm(middle.file);
  await t.rejects(openChain(last.file, signal), {
    code: 'bad-archive',
    message: new RegExp(`begins after ${middle.link.file}, which is not in`),
  });
});

void t.test('openChain() refuses another archive under the same name, and a damaged one', async (t) => {
  const { folder, last, middle } = await makeChain(t);
  const other = await makeArchive({ folder, head: { created: '2026-02-05T00:00:00.000Z' } });
  await copyFile(other.file, middle.file);
  await t.rejects(openChain(last.file, signal), { message: /is another archive than the one/ });
  const bytes = await readFile(other.file);
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  await writeFile(middle.file, bytes);
  await t.rejects(openChain(last.file, signal), { code: 'bad-archive' });
  await t.rejects(openChain(join(folder, 'none.gz'), signal), { message: /there is no such file/ });
});
