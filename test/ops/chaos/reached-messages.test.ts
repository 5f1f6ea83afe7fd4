import t from 'tap';
import { compareEvents } from '../../../ops/chaos/compare-events.ts';
import { reachedMessages } from '../../../ops/chaos/reached-messages.ts';
import { SimRoom } from '../../../ops/chaos/sim-room.ts';
import { readTruth } from '../../../ops/chaos/truth.ts';
import { openDouyinRoom } from '../../../ops/sim/douyin-room/server.ts';
import { TestClient } from '../sim/douyin-room/test-client.ts';

const sent = (msgId: string, connection: number, acked = false, via: 'socket' | 'nobody' = 'socket') => ({
  msgId,
  connection,
  acked,
  via,
});

void t.test('reachedMessages() takes what was confirmed, and what went before it on its connection', (t) => {
  const log = [sent('1', 1), sent('2', 2), sent('3', 1, true), sent('4', 1), sent('5', 3, true)];
  t.same([...reachedMessages(log)], ['3', '1', '5']);
  t.end();
});

void t.test('reachedMessages() leaves out what nobody heard', (t) => {
  const log = [sent('1', 1, false, 'nobody'), sent('2', 1, true)];
  t.same([...reachedMessages(log)], ['2']);
  t.end();
});

void t.test(
  'reachedMessages() does not miss figures that a room told somebody who was leaving',
  async (t) => {
    await using room = await openDouyinRoom({ scenario: { type: 'silent' } });
    await using client = new TestClient(room);
    await room.untilConnected();
    room.sayTogether([{ kind: 'stats' }]);
    const { msgId } = room.chat({ text: '在吗' });
    for (const _ of room.sent) await client.nextMessages();
    await room.untilAcked(msgId);
    // Nothing tells the room whether this one was still read.
    room.sayTogether([{ kind: 'stats' }]);
    client.socket.terminate();
    const { signal } = new AbortController();
    const control = new SimRoom({ address: () => `127.0.0.1:${room.port}`, signal });
    const log = room.sent.map((record) => JSON.stringify(record)).join('\n');
    const truth = readTruth(log, reachedMessages(await control.sent()));
    const { missing } = compareEvents(truth, []);
    t.same(missing, [`${room.sent[0]?.msgId}: stats`, `${msgId}: chat`]);
  },
);
