import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import t from 'tap';
import type { Test } from 'tap';
import { toRecord } from '../../../ops/backup/message-record.ts';
import { Republisher, shortestWindowMs } from '../../../ops/backup/republish.ts';
import { StoredMessages } from '../../../ops/backup/stored-messages.ts';
import { startNats } from '../../support/nats.ts';
import { record } from './make-archive.ts';

const { signal } = new AbortController();

async function open(t: Test) {
  const { url } = await startNats(t);
  const connection = await connect({ servers: [url], timeout: 20_000 });
  t.teardown(async () => await connection.close());
  const manager = await jetstreamManager(connection, { timeout: 20_000 });
  await manager.streams.update('EVENTS', { duplicate_window: nanos(shortestWindowMs) });
  return { connection, manager };
}

void t.test('Republisher puts messages in order, an id that comes again included', async (t) => {
  const { connection } = await open(t);
  const again: [string, string[]][] = [['Nats-Msg-Id', ['id-3']]];
  const records = Array.from({ length: 600 }, (_, index) =>
    record(index + 10, index === 300 || index === 599 ? { headers: again } : {}),
  );
  const republisher = new Republisher(connection, signal);
  const seqs: number[] = [];
  for (const each of records) seqs.push(await republisher.publish(each));
  await republisher.flush();
  t.same(
    seqs,
    records.map((_, index) => index + 1),
  );
  const stored = await StoredMessages.open(connection);
  const found = await Array.fromAsync(stored.read('EVENTS', { fromSeq: 1, upToSeq: 600, signal }));
  const content = ({ subject, headers, data }: ReturnType<typeof record>) => ({ subject, headers, data });
  t.same(
    found.map((message) => content(toRecord('EVENTS', message))),
    records.map(content),
  );
});

void t.test('Republisher leaves out conditions that held in the old stream', async (t) => {
  const { connection } = await open(t);
  const headers: [string, string[]][] = [
    ['Nats-Expected-Last-Subject-Sequence', ['77']],
    ['KV-Operation', ['DEL']],
  ];
  const republisher = new Republisher(connection, signal);
  const one = record(78, { stream: 'KV_rooms', subject: '$KV.rooms.demo', data: '', headers });
  t.equal(await republisher.publish(one), 1);
  await republisher.flush();
  const stored = await StoredMessages.open(connection);
  const [message] = await Array.fromAsync(stored.read('KV_rooms', { fromSeq: 1, upToSeq: Infinity, signal }));
  t.same([...(message?.headers ?? [])], [['KV-Operation', ['DEL']]]);
});

void t.test('Republisher names the message that the bus refuses, and where it stood', async (t) => {
  const { connection, manager } = await open(t);
  await manager.streams.update('SPEECH', { max_bytes: 3_000 });
  const republisher = new Republisher(connection, signal);
  const data = Buffer.alloc(1_000).toString('base64');
  for (let seq = 1; seq <= 5; seq++) {
    const one = record(seq, { stream: 'SPEECH', subject: 'live.demo.speech.idle', data });
    await republisher.publish(one);
  }
  await t.rejects(republisher.flush(), {
    message: /Cannot restore message 3 of SPEECH/,
    cause: { message: /maximum bytes exceeded/ },
  });
  const other = new Republisher(connection, AbortSignal.abort(new Error('stop')));
  await t.rejects(other.publish(record(1)), { message: 'stop' });
});
