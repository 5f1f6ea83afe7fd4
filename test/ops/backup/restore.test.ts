import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import type { Head, Manifest } from '../../../ops/backup/archive.ts';
import type { Restored } from '../../../ops/backup/restore-home.ts';
import { readBalance } from '../../support/balance.ts';
import { run, runJson } from './run-command.ts';
import { contentsOf, fill, inHome } from './stored-home.ts';

interface Taken {
  file: string;
  head: Head;
  manifest: Manifest;
}

void t.test('a home comes back message by message, over a chain of archives', async (t) => {
  const folder = t.testdir();
  const [home, other, archives] = [join(folder, 'home'), join(folder, 'other'), join(folder, 'archives')];
  const backup = async (...args: string[]) =>
    await runJson<Taken>('backup', '--home', home, '--to', archives, ...args);
  await fill(home, { from: 1, count: 40 });
  const full = await backup('--incremental');
  t.equal(full.head.type, 'full', 'the first is a full one');
  await fill(home, { from: 41, count: 10 });
  const second = await backup('--incremental');
  await fill(home, { from: 51, count: 1 });
  const config = join(folder, 'shop.yaml');
  writeFileSync(config, 'rooms: []\n');
  const third = await backup('--incremental', '--config', config);
  t.match(second.manifest.streams['EVENTS'], { messages: 11, first: 42, last: 52 });
  t.match(third.manifest.streams['OUTCOME'], { messages: 1, first: 51, last: 51 });
  t.same(
    third.head.chain.map(({ id }) => id),
    [full.head.id, second.head.id],
  );

  const restored = await runJson<Restored>('restore', third.file, '--home', other);
  t.match(restored, { replaced: '', unansweredEvents: 0, unheardSegments: 0 });
  t.same(await contentsOf(other), await contentsOf(home));
  const balance = await readBalance(other);
  t.match(balance, { events: 51, outcomes: 51, balanced: true });
  t.same(balance, await readBalance(home));
  t.equal(readFileSync(restored.configuration, 'utf8'), 'rooms: []\n');
  t.notOk(readdirSync(other).some((name) => name.startsWith('restoring-')));

  await inHome(other, async (connection) => {
    const manager = await jetstreamManager(connection, { timeout: 20_000 });
    t.match(await manager.consumers.info('EVENTS', 'reply-demo'), { num_pending: 0, num_ack_pending: 0 });
    const { config: stream } = await manager.streams.info('EVENTS');
    t.equal(stream.duplicate_window, 7_200_000 * 1_000_000, 'the window is what it has to be again');
  });
  await fill(other, { from: 51, count: 1 });
  t.match(await readBalance(other), { events: 51, outcomes: 51 }, 'old ids are recognised');

  const [missing] = third.head.chain;
  rmSync(join(archives, missing?.file ?? ''));
  const refused = await run('restore', third.file, '--home', join(folder, 'third'));
  t.match(refused, { code: 1, stderr: new RegExp(`begins after ${missing?.file}, which is not in`) });
  t.notOk(existsSync(join(folder, 'third')));
  const fresh = await backup('--incremental');
  t.equal(fresh.head.type, 'full', 'nothing begins after a broken chain');
});
