import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { openDouyinRoom } from '../../../../ops/sim/douyin-room/server.ts';
import { chatTexts, TestClient } from './test-client.ts';
import { decode } from './webcast-proto.ts';

const silent = { scenario: { type: 'silent' } } as const;

void t.test('fault("garbage") sends bytes that no reader takes for a frame', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  t.equal(await room.fault('garbage', { bytes: 50 }), 1);
  const bytes = await client.nextRaw();
  t.equal(bytes.length, 50);
  t.throws(() => decode('PushFrame', bytes));
  t.match(room.sent.at(-1), { kind: 'fault', text: 'garbage' });
});

void t.test('fault("truncated-gzip") sends a frame that cannot be unpacked', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('truncated-gzip');
  const frame = decode('PushFrame', await client.nextRaw());
  t.match(frame, { payload_type: 'msg', headers: { compress_type: 'gzip' } });
  t.throws(() => gunzipSync(frame['payload'] as Buffer), { code: 'Z_BUF_ERROR' });
});

void t.test('fault("bad-sibling") puts a broken gift between two chats', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('bad-sibling');
  const messages = await client.nextMessages();
  t.same(chatTexts(messages), ['前面的一句', '后面的一句']);
  t.match(messages[1], { method: 'WebcastGiftMessage' });
  t.throws(() => decode('GiftMessage', messages[1]?.['payload'] as Buffer));
  t.equal(room.sent.filter(({ kind }) => kind === 'broken').length, 1);
});

void t.test('fault("unknown-method") sends a method that nobody knows, asking for no ack', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('unknown-method');
  const { response, messages } = await client.next();
  t.match(messages, [{ method: 'WebcastFromTheFutureMessage' }]);
  t.notOk(response['need_ack']);
});

void t.test('fault("gzip-bomb") is small on the wire and large inside', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('gzip-bomb', { megabytes: 3 });
  const bytes = await client.nextRaw();
  t.ok(bytes.length < 50_000, `${bytes.length} bytes`);
  const payload = gunzipSync(decode('PushFrame', bytes)['payload'] as Buffer);
  t.ok(payload.length > 3 * 2 ** 20);
});

void t.test('fault("oversized") sends a raw frame as large as asked', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('oversized', { megabytes: 2 });
  t.ok((await client.nextRaw()).length > 2 * 2 ** 20);
});

void t.test('fault("cut") and fault("close-code") end the socket', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using first = new TestClient(room);
  await first.next();
  await room.fault('cut');
  t.equal(await first.closed, 1006);
  await using second = new TestClient(room);
  await second.next();
  await room.fault('close-code', { code: 1013 });
  t.equal(await second.closed, 1013);
  t.equal(await room.fault('cut'), 0, 'nobody is left');
});

void t.test('fault("close") says so and falls silent, while the socket stays', async (t) => {
  await using room = await openDouyinRoom({ ...silent, pingIntervalMs: 20 });
  await using client = new TestClient(room);
  await client.next();
  await room.fault('close');
  t.match(decode('PushFrame', await client.nextRaw()), { payload_type: 'close' });
  t.equal(room.chat({ text: '听不见' }).via, 'nobody');
  await once(client.socket, 'ping');
  t.equal(client.socket.readyState, client.socket.OPEN);
});

void t.test(
  'fault("deaf") withholds messages for a while; they come again with the next connection',
  async (t) => {
    await using room = await openDouyinRoom({ ...silent, pingIntervalMs: 20 });
    await using client = new TestClient(room);
    await client.next();
    await room.fault('deaf', { forMs: 600_000 });
    t.equal(room.chat({ text: '错过的' }).via, 'nobody');
    await once(client.socket, 'ping');
    await using second = new TestClient(room);
    t.same(chatTexts(await second.nextMessages()), ['错过的']);
  },
);

void t.test('fault("slow") lets frames trickle, whole and in order', async (t) => {
  await using room = await openDouyinRoom({ ...silent, pingIntervalMs: 5 });
  await using client = new TestClient(room);
  await client.next();
  await room.fault('slow', { forMs: 300, bytes: 20, pauseMs: 1 });
  const texts = Array.from({ length: 30 }, (_, index) => `慢${index}`);
  for (const text of texts) room.chat({ text });
  for (const text of texts) t.same(chatTexts(await client.nextMessages()), [text]);
  const [connection] = room.connections;
  t.ok(connection?.open, 'the frames were well-formed');
});

void t.test('fault() refuses what it does not know', async (t) => {
  await using room = await openDouyinRoom(silent);
  await t.rejects(room.fault('deaf', { forMs: -1 }), /forMs/);
});
