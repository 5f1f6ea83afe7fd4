import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import t from 'tap';
import type { Test } from 'tap';
import type { LeaseRecord } from '../../supervisor/leases.ts';
import { Leases } from '../../supervisor/leases.ts';
import { startNats } from '../support/nats.ts';
import { alive, silent, worker } from './some-children.ts';

async function open(t: Test) {
  const { url } = await startNats(t);
  const connection: NatsConnection = await connect({ servers: [url], timeout: 20_000 });
  t.teardown(async () => await connection.close());
  const bucket = await new Kvm(connection).open('leases');
  /** Ends once the key holds this epoch, and returns what it then holds. */
  const written = async (key: string, epoch: number): Promise<LeaseRecord> => {
    const watch = await bucket.watch({ key });
    for await (const entry of watch) {
      if (!entry.string().includes(`"epoch":${epoch},`)) continue;
      watch.stop();
      return entry.json<LeaseRecord>();
    }
    throw new Error('the watch ended');
  };
  const leases = () => {
    const opened = new Leases(silent);
    t.teardown(() => opened.close());
    return opened;
  };
  return { connection, bucket, written, leases };
}

const duty = (lease: string, epoch: number) => ({ lease, epoch });

void t.test('Leases writes who holds a lease, and a later supervisor reads the epoch', async (t) => {
  const { connection, written, leases } = await open(t);
  const first = leases();
  t.same([...(await first.open(connection))], []);
  const child = worker('tts', { life: alive('running', 42) });
  first.note(child, duty('tts/1', 1));
  t.match(await written('tts', 1), { lease: 'tts/1', epoch: 1, child: 'tts', pid: 42 });
  first.note(worker('audio:demo'), duty('audio:demo', 7));
  t.match(await written('audio.demo', 7), { lease: 'audio:demo' });
  const epochs = await leases().open(connection);
  t.same(Object.fromEntries(epochs), { 'audio:demo': 7, tts: 1 });
});

void t.test(
  'Leases leaves a higher epoch that somebody else wrote, and replaces what is damaged',
  async (t) => {
    const { connection, bucket, written, leases } = await open(t);
    const mine = leases();
    await mine.open(connection);
    await bucket.put('tts', JSON.stringify({ lease: 'tts/1', epoch: 9, child: 'other', pid: 1, at: 0 }));
    await bucket.put('reply', '{ damaged');
    t.equal((await leases().open(connection)).get('reply'), 0);
    mine.note(worker('tts'), duty('tts/1', 3));
    mine.note(worker('reply'), duty('reply', 2));
    t.match(await written('reply', 2), { child: 'reply' });
    t.match(await written('tts', 9), { child: 'other' }, 'the higher one stays');
    mine.note(worker('tts'), duty('tts/1', 10));
    t.match(await written('tts', 10), { child: 'tts' });
  },
);

void t.test('Leases writes the last of several that follow each other at once', async (t) => {
  const { connection, written, leases } = await open(t);
  const mine = leases();
  await mine.open(connection);
  for (const epoch of [1, 2, 3]) {
    mine.note(worker('tts'), duty('tts/1', epoch));
    mine.note(worker('reply'), duty('reply', epoch));
  }
  await Promise.all([written('tts', 3), written('reply', 3)]);
  t.same(Object.fromEntries(await leases().open(connection)), { reply: 3, tts: 3 });
});

void t.test('note() does not wait for a bus, and writes nothing once it is closed', async (t) => {
  const { connection, bucket, written, leases } = await open(t);
  const early = leases();
  early.note(worker('reply'), duty('reply', 1));
  await early.open(connection);
  t.match(await written('reply', 1), { child: 'reply' }, 'noted before there was a bus');
  const closed = leases();
  await closed.open(connection);
  closed.close();
  closed.note(worker('tts'), duty('tts/1', 5));
  await connection.flush();
  t.equal(await bucket.get('tts'), null);
});
