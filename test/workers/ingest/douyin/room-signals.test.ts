import t from 'tap';
import { accountSignTimes } from '../../../../workers/ingest/douyin/account-signs.ts';
import { hears, openFailingRoom as open } from '../../../support/failing-room.ts';

/** The ways in which a room misleads a client that is connected to it, or looks for it, over real sockets. */
const quickSigns = { ...accountSignTimes, noiseMs: 60, noiseMostMs: 60_000 };

void t.test('"fake alive" off the air: only figures come, and the page says that it is over', async (t) => {
  const { room, notices } = await open(t, { times: { signsMs: 20, signs: quickSigns } });
  await room.untilConnected();
  room.setState('ended');
  while (!notices.some((text) => text.includes('off the air'))) {
    room.say({ kind: 'stats' });
    room.say({ kind: 'rank' });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.equal(room.connections.length, 1, 'nobody connects to what is over');
  room.newBroadcast();
  t.equal((await room.untilConnected({ nth: 2 })).roomId, room.roomId);
});

void t.test('"fake alive" on the air: connected again', async (t) => {
  const { room, sink } = await open(t, { times: { signsMs: 20, signs: quickSigns } });
  const first = await room.untilConnected();
  await room.fault('account', { how: 'noise-only' });
  while (first.open) {
    room.say({ kind: 'stats' });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await room.fault('account', { how: 'good' });
  await room.untilConnected({ nth: 2 });
  await hears(room, sink, '还在');
});

void t.test(
  'names "X***" and no gifts: condition "guest", and "gifts-missing" once gifts are known to be given',
  async (t) => {
    const signs = { ...accountSignTimes, giftsMs: 30 };
    const { room, sink, conditions, untilCondition } = await open(t, { times: { signsMs: 10, signs } });
    await room.untilConnected();
    await room.fault('account', { how: 'guest' });
    for (let count = 0; count < 15; count++) room.chat({ user: `观众${count}`, text: `第${count}句` });
    t.match(await untilCondition('guest'), { text: /cookie of a logged-in account/ });
    for (const count of [10, 20, 30]) {
      room.gift({ groupId: String(count) });
      room.say({ kind: 'tickets', count });
    }
    await untilCondition('gifts-missing');
    t.notOk(sink.texts().includes('gift'));
    await room.fault('account', { how: 'good' });
    room.gift({ groupId: '99' });
    t.match(await untilCondition('gifts-missing', false), { text: /told of gifts/ });
    t.equal(conditions.filter(({ code }) => code === 'gifts-missing').length, 2, 'said once each');
  },
);

void t.test('the first messages and then nothing: condition "sampled"', async (t) => {
  const signs = { ...accountSignTimes, sampledMs: 50 };
  const { room, sink, untilCondition } = await open(t, { times: { signsMs: 10, signs } });
  await room.untilConnected();
  await room.fault('account', { how: 'sampled', first: 3 });
  for (let count = 0; count < 9; count++) room.chat({ text: `第${count}句` });
  room.audience({ online: 500 });
  t.match(await untilCondition('sampled'), { text: /first messages/ });
  t.same(sink.texts().filter((text) => text !== 'stats').length, 3);
});

for (const action of [3, 4, 6] as const) {
  void t.test(
    `ControlMessage ${action}: ended; a page that is out of date makes nobody connect`,
    async (t) => {
      const { room, sink, counters } = await open(t);
      await room.untilConnected();
      room.served.setStale('everything');
      room.control({ action });
      await sink.until(() => sink.texts().includes('control'));
      const before = counters['attempts'] ?? 0;
      while ((counters['attempts'] ?? 0) < before + 4) await new Promise(setImmediate);
      t.equal(room.connections.length, 1, 'the page still tells of the old room');
      room.newBroadcast();
      room.served.setStale('nothing');
      const next = await room.untilConnected({ nth: 2 });
      t.equal(next.query.get('room_id'), room.roomId);
      t.notMatch(next.query.get('cursor'), /r-[1-9]\d{17}_/, 'the old cursor is dropped');
      await hears(room, sink, '新的一场');
    },
  );
}

void t.test('status ≠ 2 twice, from the page and from the enquiry: off the air', async (t) => {
  const { room, notices } = await open(t, { times: { confirmMs: 50 } });
  await room.untilConnected();
  room.setState('preparing');
  room.cut();
  while (!notices.some((text) => text.includes('off the air'))) await new Promise(setImmediate);
  room.setState('live');
  await room.untilConnected({ nth: 2 });
});

void t.test('status 3, 主播暂时离开, is no end', async (t) => {
  const { room, sink, notices } = await open(t);
  await room.untilConnected();
  room.setState('paused');
  room.cut();
  await room.untilConnected({ nth: 2 });
  await hears(room, sink, '等你回来');
  t.notOk(notices.some((text) => text.includes('off the air')));
});

for (const state of ['captcha', 'empty', 'rate-limited'] as const) {
  void t.test(
    `a page that is ${state}, and an enquiry that tells nothing: unknown, the state is kept`,
    async (t) => {
      const { room, sink, notices, untilCondition } = await open(t);
      await room.untilConnected();
      room.setState(state);
      room.cut();
      await room.untilConnected({ nth: 2 });
      await untilCondition('captcha');
      await hears(room, sink, '还在');
      t.notOk(notices.some((text) => text.includes('off the air')));
      room.setState('live');
      room.cut();
      await untilCondition('captcha', false);
    },
  );
}

void t.test('an account without a room, and a number of nobody, are told apart', async (t) => {
  const { room, notices } = await open(t, { room: { state: 'offline' } });
  while (!notices.some((text) => text.includes('off the air'))) await new Promise(setImmediate);
  room.setState('not-found');
  while (!notices.some((text) => text.includes('no such room'))) await new Promise(setImmediate);
  room.setState('live');
  await room.untilConnected();
});

void t.test('push servers as the server directs: believed only when they are the platform’s', async (t) => {
  const { room, sink, counters } = await open(t);
  await room.untilConnected();
  const { port } = new URL(room.wsUrl);
  room.setPushServer(`evil.example,ws://localhost:${port}`);
  await hears(room, sink, '一');
  room.cut();
  const second = await room.untilConnected({ nth: 2 });
  t.equal(second.host, `localhost:${port}`);
  t.equal(counters['hostsRefused'], 1);
  room.setPushServer('ws://attacker.example/steal');
  await hears(room, sink, '二');
  room.cut();
  await room.untilConnected({ nth: 3 });
  t.equal(counters['hostsRefused'], 2);
});

void t.test('im/fetch comes before the push connection, and its messages before those of that', async (t) => {
  const { room, sink } = await open(t);
  const first = await room.untilConnected();
  t.match(first.query.get('cursor'), /^t-\d+_r-/, 'the position is that of the answer');
  await hears(room, sink, '一');
});

void t.test('a frame that is cut at any byte costs nothing', async (t) => {
  const { room, sink } = await open(t);
  for (const [index, bytes] of [0, 1, 2, 3, 20, 150].entries()) {
    await room.untilConnected({ nth: index + 1 });
    await hears(room, sink, `前${index}`);
    await room.fault('cut-frame', { bytes });
  }
  await room.untilConnected({ nth: 7 });
  await hears(room, sink, '最后');
  t.equal(sink.texts().filter((text) => text === '说到一半').length, 6, 'each came with the next connection');
});

void t.test('a tail that is sent again is counted once', async (t) => {
  const { room, sink, counters } = await open(t);
  await room.untilConnected();
  for (let count = 0; count < 20; count++) await hears(room, sink, `第${count}句`);
  await room.fault('replay', { count: 15 });
  await hears(room, sink, '新的');
  t.equal(sink.published.length, 21);
  t.equal(counters['duplicates'], 15);
});

void t.test('frames that trickle byte by byte arrive whole', async (t) => {
  const { room, sink } = await open(t);
  await room.untilConnected();
  await room.fault('slow', { forMs: 600, bytes: 1, pauseMs: 1 });
  await hears(room, sink, '慢慢来');
});
