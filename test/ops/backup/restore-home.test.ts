import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Head } from '../../../ops/backup/archive.ts';
import type { Restored } from '../../../ops/backup/restore-home.ts';
import { restoreHome } from '../../../ops/backup/restore-home.ts';
import { encode } from '../../../protocol/codec.ts';
import { lockHome } from '../../../supervisor/home-lock.ts';
import { liveEvent } from '../../support/events.ts';
import { makeArchive, record } from './make-archive.ts';
import { run, runJson } from './run-command.ts';
import { contentsOf, fill } from './stored-home.ts';

interface Taken {
  file: string;
  head: Head;
}

void t.test('restore refuses what would do harm, and the home stays as it was', async (t) => {
  const folder = t.testdir();
  const home = join(folder, 'home');
  await fill(home, { from: 1, count: 3 });
  const before = await contentsOf(home);
  const { file } = await runJson<Taken>('backup', join(folder, 'a.gz'), '--home', home);
  t.match(await run('backup', file, '--home', home), { code: 1, stderr: /it exists/ });
  await fill(home, { from: 4, count: 1 });
  const now = await contentsOf(home);

  t.match(await run('restore', file, '--home', home), { code: 1, stderr: /its streams are not empty/ });
  t.same(await contentsOf(home), now);
  using _ = lockHome(home);
  t.match(await run('restore', file, '--home', home, '--force'), { code: 1, stderr: /is running there/ });
  t.match(await run('backup', '--home', home), { code: 1, stderr: /is running there/ });
  _[Symbol.dispose]();

  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x10;
  const damaged = join(folder, 'b.gz');
  writeFileSync(damaged, bytes);
  t.match(await run('backup', '--verify', damaged), { code: 1, stderr: /Cannot use b\.gz/ });
  t.match(await run('restore', damaged, '--home', home, '--force'), { code: 1, stderr: /Cannot use b\.gz/ });
  t.same(await contentsOf(home), now);
  t.match(await run('backup', '--verify', file), { code: 0, stdout: /whole and readable/ });

  const forced = await runJson<Restored>('restore', file, '--home', home, '--force');
  t.same(await contentsOf(home), before);
  t.match(forced.replaced, /jetstream\.replaced-/);
  t.ok(existsSync(forced.replaced), 'what was there is put aside');
  const after = await runJson<Taken>('backup', '--home', home, '--to', folder, '--incremental');
  t.equal(after.head.type, 'full', 'the old archives count other sequences');
});

void t.test('restoreHome() leaves nothing behind when it is stopped half-way', async (t) => {
  const folder = t.testdir();
  const records = Array.from({ length: 2_000 }, (_, index) => record(index + 1));
  const { file } = await makeArchive({ folder, records });
  const [fresh, old] = [join(folder, 'fresh'), join(folder, 'old')];
  lockHome(old)[Symbol.dispose]();
  for (const home of [fresh, old]) {
    const stop = new AbortController();
    const say = (line: string) => {
      if (line.includes('reading them back')) stop.abort(new Error('asked to stop'));
    };
    const restoring = restoreHome({ file, home, force: false, say, signal: stop.signal });
    await t.rejects(restoring, { message: 'asked to stop' });
  }
  t.notOk(existsSync(fresh));
  t.same(readdirSync(old).toSorted(), ['audio', 'cache', 'jetstream', 'log', 'run']);
  t.same(readdirSync(join(old, 'jetstream')), []);
  t.same(readdirSync(join(old, 'run')), [], 'it is not locked any more');
});

void t.test(
  'restoreHome() puts nothing in place when the ledger says something else than it did',
  async (t) => {
    const folder = t.testdir();
    const data = Buffer.from(encode('event', liveEvent({}))).toString('base64');
    const { file } = await makeArchive({ folder, records: [record(1, { data })] });
    const home = join(folder, 'home');
    const { signal } = new AbortController();
    await t.rejects(restoreHome({ file, home, force: false, say: () => undefined, signal }), {
      message: /The ledger does not say what it said: 1 events and 0 outcomes instead of 0 and 0/,
    });
    t.notOk(existsSync(home));
  },
);

void t.test('restoreHome() refuses messages of a stream that it does not know', async (t) => {
  const folder = t.testdir();
  const { file } = await makeArchive({ folder, records: [record(1, { stream: 'FUTURE' })] });
  const { signal } = new AbortController();
  const home = join(folder, 'home');
  await t.rejects(restoreHome({ file, home, force: false, say: () => undefined, signal }), {
    message: /messages of FUTURE, a stream that this version does not have/,
  });
});
