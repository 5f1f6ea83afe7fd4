import t from 'tap';
import { openDouyinRoom } from '../../../../ops/sim/douyin-room/server.ts';
import { startRoom } from '../../../support/ingest-room.ts';
import { hears, openFailingRoom as open } from '../../../support/failing-room.ts';

/** The ways in which a connection to a room fails, over real sockets. */
const withoutPolls = { fetchTimeoutMs: 1 };

void t.test('200 with DEVICE_BLOCKED and 415: signed again once at another host, then blocked', async (t) => {
  const room = await openDouyinRoom({ scenario: { type: 'silent' } });
  t.teardown(async () => await room[Symbol.asyncDispose]());
  room.served.fetchAnswer = 'empty';
  await room.fault('refuse', { how: 'blocked', times: 2 });
  const { port } = new URL(room.wsUrl);
  const { counters } = startRoom(t, {
    source: { pageUrl: room.url, pushUrls: [`ws://127.0.0.1:${port}`, `ws://localhost:${port}`] },
  });
  await room.untilConnected();
  t.equal(room.refusals.length, 2);
  t.equal(counters['attempts'], 2, 'one attempt was refused twice');
});

void t.test('502 (a wrong signature): signed again once, and the connection is there', async (t) => {
  const { room, sink, counters } = await open(t, {});
  await room.untilConnected();
  await room.fault('refuse', { how: 'bad-gateway', times: 1 });
  room.cut();
  await room.untilConnected({ nth: 2 });
  await hears(room, sink, '还在');
  t.match(counters, { attempts: 2 });
});

for (const how of ['forbidden', 'not-found', 'too-many', 'unavailable'] as const) {
  void t.test(`a handshake that is answered "${how}" costs an attempt and no more`, async (t) => {
    const { room, sink } = await open(t, { times: withoutPolls });
    await room.untilConnected();
    await room.fault('refuse', { how, times: 3 });
    room.served.fetchAnswer = 'empty';
    room.cut();
    await room.untilConnected({ nth: 2 });
    t.equal(room.refusals.length, 3);
    await hears(room, sink, '还在');
  });
}

void t.test(
  'blocked for good while im/fetch answers: polled, said so, and back once it is let in',
  async (t) => {
    const { room, sink, counters, untilCondition } = await open(t, { times: { pushAgainMs: 400 } });
    await room.untilConnected();
    await hears(room, sink, '一');
    await room.fault('refuse', { how: 'blocked', times: 3 });
    room.cut();
    await untilCondition('polling');
    const polled = room.chat({ text: '二' });
    room.gift({ groupId: '5', repeatCount: 2 });
    await sink.until(() => sink.texts().includes('二'));
    t.equal(room.sent.find(({ msgId, via }) => msgId === polled.msgId && via === 'fetch')?.text, '二');
    const back = await room.untilConnected({ nth: 2 });
    await untilCondition('polling', false);
    t.match(back.query.get('cursor'), /^t-/, 'it goes on where polling had come to');
    await hears(room, sink, '三');
    const ids = sink.published.map(({ id }) => id);
    t.equal(new Set(ids).size, ids.length, 'nothing twice');
    t.same(sink.texts(), ['一', '二', 'gift', '三']);
    t.ok((counters['polls'] ?? 0) >= 2);
    await room.untilAcked(polled.msgId);
  },
);

void t.test('closed with 1006 soon after it was open: the next host, and on', async (t) => {
  const { room, sink } = await open(t);
  for (let nth = 1; nth <= 3; nth++) {
    await room.untilConnected({ nth });
    if (nth < 3) room.cut();
  }
  await hears(room, sink, '还在');
});

void t.test('closed with 1006 for want of a pong: pongs leave at once, so it does not happen', async (t) => {
  const { room, sink } = await open(t, { room: { pingIntervalMs: 50, pongTimeoutMs: 1_500 } });
  const connection = await room.untilConnected();
  while (connection.pongs < 40) await hears(room, sink, `第${connection.pongs}次 ${room.sent.length}`);
  t.ok(connection.open, connection.closedFor ?? 'open');
});

void t.test(
  'closed with 1001, 1012 or 1013: connected again after the time that the server needs',
  async (t) => {
    const leastMs = { 1001: 2_000, 1012: 3_000, 1013: 5_000 };
    const check = async (code: keyof typeof leastMs) => {
      const { room, sink, notices } = await open(t);
      const first = await room.untilConnected();
      await room.fault('close-code', { code });
      const second = await room.untilConnected({ nth: 2 });
      await hears(room, sink, '还在');
      const waitedMs = second.openedAt - first.openedAt;
      t.ok(waitedMs >= leastMs[code], `${code}: ${waitedMs} ms`);
      t.match(notices, [/connected/, new RegExp(`closed with ${code}`), /connected/]);
    };
    await Promise.all([check(1001), check(1012), check(1013)]);
  },
);

for (const code of [1000, 1007, 1008] as const) {
  void t.test(`closed with ${code}: the room's status decides, on the air`, async (t) => {
    const { room, sink } = await open(t);
    await room.untilConnected();
    await room.fault('close-code', { code });
    await room.untilConnected({ nth: 2 });
    await hears(room, sink, '还在');
  });

  void t.test(`closed with ${code}: the room's status decides, off the air`, async (t) => {
    const { room, sink, notices } = await open(t);
    await room.untilConnected();
    room.setState('ended');
    await room.fault('close-code', { code });
    while (!notices.some((text) => text.includes('off the air'))) await new Promise(setImmediate);
    t.equal(room.connections.length, 1);
    room.newBroadcast();
    await room.untilConnected({ nth: 2 });
    await hears(room, sink, '新的一场');
  });
}

void t.test('payload_type "close": the feed ends, although the socket stays', async (t) => {
  const { room, sink, notices } = await open(t);
  await room.untilConnected();
  await room.fault('close');
  await room.untilConnected({ nth: 2 });
  t.ok(notices.some((text) => text.includes('the server said close')));
  await hears(room, sink, '还在');
});
