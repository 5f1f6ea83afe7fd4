import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openDouyinRoom } from '../../../../ops/sim/douyin-room/server.ts';
import { stubOf, testSignature } from '../../../../ops/sim/douyin-room/wire/signature.ts';
import { chatTexts, part, refusedHeaders, TestClient } from './test-client.ts';
import { decode } from './webcast-proto.ts';

const silent = { scenario: { type: 'silent' } } as const;

void t.test('openDouyinRoom() lets a client in and sends it where the stream stands', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  const { frame, response, messages } = await client.next();
  t.same(messages, []);
  t.match(response, {
    need_ack: true,
    heartbeat_duration: '10',
    fetch_interval: '1000',
    cursor: /^t-\d+_r-0_d-1_u-1_h-/,
  });
  t.match(frame, { seq_id: '1', payload_encoding: 'pb', headers: { 'im-cursor': response['cursor'] } });
  const connection = await room.untilConnected();
  t.same(connection.remarks, []);
});

void t.test('openDouyinRoom() plays by itself from the first connection on', async (t) => {
  await using room = await openDouyinRoom({ seed: 7 });
  t.equal(room.sent.length, 0);
  await using client = new TestClient(room);
  await room.untilSent(({ kind }) => kind === 'enter');
  const chat = await room.untilSent(({ kind }) => kind === 'chat');
  for (;;) {
    const messages = await client.nextMessages();
    if (messages.some((message) => message['msg_id'] === chat.msgId)) break;
  }
  t.equal((await room.untilAcked(chat.msgId)).text, chat.text);
});

void t.test('openDouyinRoom() plays a script in its order, faults included', async (t) => {
  const script = [
    { atMs: 0, kind: 'chat', text: '第一句' },
    { atMs: 5, kind: 'streak', presses: 2, intervalMs: 0, quietMs: 0 },
    { atMs: 10, kind: 'chat', text: '第二句' },
    { atMs: 15, kind: 'end-broadcast' },
    { atMs: 20, kind: 'chat', text: '没有人听见' },
    { atMs: 25, kind: 'new-broadcast' },
    { atMs: 30, kind: 'fault', fault: { kind: 'cut' } },
  ];
  await using room = await openDouyinRoom({ scenario: { type: 'script', script } });
  const { roomId } = room;
  await using client = new TestClient(room);
  t.equal(await client.closed, 1006);
  t.same(
    room.sent.map(({ kind }) => kind),
    ['chat', 'gift', 'gift', 'gift', 'chat', 'control', 'fault'],
  );
  t.not(room.roomId, roomId);
  t.equal(room.state, 'live');
});

void t.test('openDouyinRoom() rejects a wrong script', async (t) => {
  await t.rejects(
    openDouyinRoom({ scenario: { type: 'script', script: [{ atMs: 0, kind: 'chat' }] } }),
    /\[0\].*text/,
  );
});

void t.test('chat() and its like arrive as they were said, with ids past 2^53', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await room.untilConnected();
  const said = room.chat({ text: '多少钱', user: '小鹿' });
  const [message] = await client.nextMessages();
  t.match(message, { method: 'WebcastChatMessage', msg_id: said.msgId });
  t.ok(BigInt(said.msgId) > 2n ** 53n);
  const chat = decode('ChatMessage', message?.['payload'] as Buffer);
  t.match(chat, { content: '多少钱', user: { nickname: '小鹿', id: said.userId } });
  t.match(part(chat, 'common'), { msg_id: said.msgId, room_id: room.roomId });
  const together = room.sayTogether([
    { kind: 'enter' },
    { kind: 'like', count: 3 },
    { kind: 'follow' },
    { kind: 'ecom' },
  ]);
  t.same(
    (await client.nextMessages()).map((other) => other['msg_id']),
    together.map(({ msgId }) => msgId),
  );
  t.throws(() => room.chat({ text: '' }), TypeError);
});

void t.test('streak() gives one gift many times and knows the true total', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await room.untilConnected();
  const records = await room.streak({
    user: '豆豆',
    gift: '玫瑰',
    presses: 5,
    intervalMs: 1,
    quietMs: 1,
    unsteady: true,
  });
  t.match(room.streaks, [
    { nickname: '豆豆', giftName: '玫瑰', total: 5, ended: true, messages: records.length },
  ]);
  const last = records.at(-1);
  for (const _ of records) await client.nextMessages();
  await room.untilAcked(`${last?.msgId}`);
  t.match(last, { gift: { repeatEnd: true, repeatCount: 5 } });
});

void t.test('untilAcked() waits for an ack that repeats internal_ext', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room, { ack: false });
  const connection = await room.untilConnected();
  await client.next();
  const { msgId } = room.chat({ text: '在吗' });
  const { frame, response } = await client.next();
  client.confirm(frame, 'something else');
  client.confirm(frame, `${String(response['internal_ext'])}`);
  const acked = await room.untilAcked(msgId);
  t.ok(acked.acked);
  t.match(connection.acks, [{ matched: false }, { matched: true, logId: acked.logId }]);
  t.match(connection.remarks, [/another internal_ext/]);
});

void t.test(
  'a client that comes back receives the recent messages and all unconfirmed ones again',
  async (t) => {
    await using room = await openDouyinRoom(silent);
    const unheard = room.chat({ text: '没人在' });
    t.match(unheard, { via: 'nobody', connection: 0 });
    await using first = new TestClient(room, { ack: false });
    t.same(chatTexts(await first.nextMessages()), ['没人在']);
    const texts = Array.from({ length: 20 }, (_, index) => `第${index}句`);
    for (const text of texts) room.chat({ text });
    for (const _ of texts) await first.nextMessages();
    room.cut();
    t.equal(await first.closed, 1006);

    await using second = new TestClient(room);
    t.same(chatTexts(await second.nextMessages()), ['没人在', ...texts]);
    const again = room.sent.filter(({ replay, connection }) => replay && connection === 2);
    t.equal(again.length, 21);
    t.equal(again[0]?.msgId, unheard.msgId);
    await room.untilAcked(`${again.at(-1)?.msgId}`);
    second.socket.terminate();
    await second.closed;
    await room.untilClosed(await room.untilConnected({ nth: 2 }));

    await using third = new TestClient(room);
    t.same(chatTexts(await third.nextMessages()), texts.slice(-15), 'all confirmed: just the recent ones');
    await using fourth = new TestClient(room, { changes: { need_persist_msg_count: '2' } });
    t.ok((await fourth.nextMessages()).length >= 2);
  },
);

void t.test('a handshake that lacks something gets HTTP 200, DEVICE_BLOCKED and 415', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room, { changes: { room_id: '123' } });
  t.match(await refusedHeaders(client), {
    status: 200,
    headers: { 'handshake-msg': 'DEVICE_BLOCKED', 'handshake-status': '415' },
  });
  await room.untilRefused();
  t.match(room.refusals, [{ missing: [/room_id must be/] }]);
  t.equal(room.connections.length, 0);
});

void t.test('requireSignature lets in who signs, and nobody else', async (t) => {
  await using room = await openDouyinRoom({ ...silent, requireSignature: true });
  await using unsigned = new TestClient(room);
  t.equal((await refusedHeaders(unsigned)).status, 200);
  t.match(room.refusals, [{ missing: ['query signature is wrong'] }]);
  const stub = stubOf({ roomId: room.roomId, userUniqueId: '7659776308930922010', sdkVersion: '1.0.15' });
  await using signed = new TestClient(room, { changes: { signature: testSignature(stub) } });
  t.ok(await signed.next());
});

void t.test('fault("refuse") turns away as often as asked', async (t) => {
  await using room = await openDouyinRoom(silent);
  await room.fault('refuse', { how: 'bad-gateway', times: 2 });
  for (let count = 0; count < 2; count++) {
    await using client = new TestClient(room);
    t.equal((await refusedHeaders(client)).status, 502);
  }
  await using client = new TestClient(room);
  t.ok(await client.next());
});

void t.test('a heartbeat is recorded and answered', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  client.heartbeat();
  t.equal((await client.nextRaw()).toString('hex'), '3a026862');
  t.equal((await room.untilConnected()).heartbeats.length, 1);
});

void t.test('a client without pongs is cut off', async (t) => {
  await using room = await openDouyinRoom({ ...silent, pingIntervalMs: 20, pongTimeoutMs: 50 });
  await using client = new TestClient(room, { autoPong: false });
  t.equal(await client.closed, 1006);
  t.equal((await room.untilConnected()).closedFor, 'no pong');
});

void t.test('a client with pongs outlives the time that it has for one', async (t) => {
  await using room = await openDouyinRoom({ ...silent, pingIntervalMs: 20, pongTimeoutMs: 2000 });
  await using client = new TestClient(room);
  const connection = await room.untilConnected();
  while (connection.open && Date.now() - connection.openedAt < 2500) {
    await Promise.race([once(client.socket, 'ping'), client.closed]);
  }
  t.ok(connection.open, connection.closedFor ?? 'open');
  t.ok(connection.pongs > 0);
});

void t.test('a client without heartbeats is cut off', async (t) => {
  await using room = await openDouyinRoom({ ...silent, heartbeatTimeoutMs: 50 });
  await using client = new TestClient(room);
  t.equal(await client.closed, 1006);
  t.equal((await room.untilConnected()).closedFor, 'no heartbeat');
});

void t.test('frames that are no PushFrame are remarked on and do no harm', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  client.socket.send('hb');
  client.socket.send(Buffer.from([0x07, 0xff]));
  client.heartbeat();
  await client.nextRaw();
  t.match((await room.untilConnected()).remarks, [/text frame/, /no PushFrame/]);
});

void t.test('logFile receives everything that is sent', async (t) => {
  const logFile = join(t.testdir(), 'sent.ndjson');
  await using room = await openDouyinRoom({ ...silent, logFile });
  const { msgId } = room.chat({ text: '记下来' });
  t.match(JSON.parse(readFileSync(logFile, 'utf8')), { msgId, text: '记下来', via: 'nobody' });
});

void t.test('two starts of one seed say the same under other ids', async (t) => {
  const play = async () => {
    await using room = await openDouyinRoom({ seed: 42, scenario: { type: 'random', pace: 20 } });
    await using client = new TestClient(room);
    await room.untilSent(({ n }) => n >= 20);
    t.ok(client.socket);
    return { roomId: room.roomId, sent: room.sent.slice(0, 20) };
  };
  const [one, other] = [await play(), await play()];
  const contentOf = ({ kind, userId, nickname, text, count }: (typeof one.sent)[number]) =>
    [kind, userId, nickname, text, count].join('/');
  t.same(one.sent.map(contentOf), other.sent.map(contentOf));
  t.not(one.roomId, other.roomId);
  const ids = new Set([...one.sent, ...other.sent].map(({ msgId }) => msgId));
  t.equal(ids.size, 40);
});

void t.test('[Symbol.asyncDispose]() ends clients and waits, and may be called twice', async (t) => {
  const room = await openDouyinRoom({ seed: 1 });
  await using client = new TestClient(room);
  await room.untilConnected();
  const waiting = t.rejects(room.untilAcked('1'), /was closed/);
  const done = room.untilDone();
  await Promise.all([room[Symbol.asyncDispose](), room[Symbol.asyncDispose]()]);
  await waiting;
  await done;
  t.equal(await client.closed, 1006);
  await t.rejects(fetch(room.url));
});
