import t from 'tap';
import { openDouyinRoom } from '../../../../ops/sim/douyin-room/server.ts';
import { chatTexts, part, refusedHeaders, TestClient } from './test-client.ts';
import { decode, type Decoded } from './webcast-proto.ts';

const silent = { scenario: { type: 'silent' } } as const;
const bodyOf = (message: Decoded | undefined, type: string): Decoded =>
  decode(type, message?.['payload'] as Buffer);

void t.test('fault("account") keeps gifts and names from a guest', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  t.equal(await room.fault('account', { how: 'guest' }), 1);
  t.equal(room.gift().via, 'nobody');
  room.chat({ text: '有礼物吗', user: '小鹿' });
  const [message] = await client.nextMessages();
  t.match(bodyOf(message, 'ChatMessage'), { user: { id: '111111', nickname: '小***' } });
  await room.fault('account', { how: 'good' });
  room.gift({ user: '小鹿' });
  t.match((await client.nextMessages())[0], { method: 'WebcastGiftMessage' });
});

void t.test('fault("account") lets a sampled account hear the first messages, and figures', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('account', { how: 'sampled', first: 2 });
  for (const text of ['一', '二', '三']) room.chat({ text });
  room.audience({ online: 99 });
  t.same(chatTexts(await client.nextMessages()), ['一']);
  t.same(chatTexts(await client.nextMessages()), ['二']);
  t.match(await client.nextMessages(), [{ method: 'WebcastRoomUserSeqMessage' }]);
});

void t.test('fault("account") leaves nothing but noise, for polls too', async (t) => {
  await using room = await openDouyinRoom(silent);
  const poll = async (cursor: string) => {
    const answer = await fetch(`${room.url}/webcast/im/fetch/?cursor=${cursor}`);
    return decode('Response', Buffer.from(await answer.arrayBuffer()));
  };
  const start = String((await poll(''))['cursor']);
  await room.fault('account', { how: 'noise-only' });
  room.chat({ text: '听不见' });
  room.say({ kind: 'stats' });
  const messages = (await poll(start))['messages'] as Decoded[];
  t.same(
    messages.map((message) => message['method']),
    ['WebcastRoomStatsMessage'],
  );
});

void t.test('a poll confirms what its cursor covers', async (t) => {
  await using room = await openDouyinRoom(silent);
  const poll = async (cursor: string) => {
    const answer = await fetch(`${room.url}/webcast/im/fetch/?cursor=${cursor}`);
    return String(decode('Response', Buffer.from(await answer.arrayBuffer()))['cursor']);
  };
  const start = await poll('');
  const { msgId } = room.chat({ text: '记下' });
  const next = await poll(start);
  t.notOk(room.sent.some(({ acked }) => acked));
  await poll(next);
  t.match(await room.untilAcked(msgId), { via: 'fetch' });
});

void t.test('fault("cut-frame") ends the connection within a frame', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  await room.fault('cut-frame', { bytes: 30 });
  t.equal(await client.closed, 1006);
  await using second = new TestClient(room);
  t.same(chatTexts(await second.nextMessages()), ['说到一半'], 'it comes with the next connection');
});

void t.test('fault("replay") sends the last messages again under their ids', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  for (const text of ['一', '二', '三']) room.chat({ text });
  const first = [
    ...(await client.nextMessages()),
    ...(await client.nextMessages()),
    ...(await client.nextMessages()),
  ];
  await room.fault('replay', { count: 2 });
  const again = await client.nextMessages();
  t.same(
    again.map((message) => message['msg_id']),
    first.slice(1).map((message) => message['msg_id']),
  );
});

const refusals = { forbidden: 403, 'not-found': 404, 'too-many': 429, unavailable: 503 } as const;
for (const [how, status] of Object.entries(refusals)) {
  void t.test(`fault("refuse") answers ${status} for ${how}`, async (t) => {
    await using room = await openDouyinRoom(silent);
    await room.fault('refuse', { how: how as keyof typeof refusals });
    await using client = new TestClient(room);
    t.equal((await refusedHeaders(client)).status, status);
  });
}

void t.test('served tells what is out of date, and im/fetch answers badly when it is told to', async (t) => {
  await using room = await openDouyinRoom(silent);
  const page = async () => await (await fetch(`${room.url}/demo`)).text();
  const enter = async () => {
    const headers = { cookie: 'ttwid=1' };
    return await (await fetch(`${room.url}/webcast/room/web/enter/?web_rid=demo`, { headers })).text();
  };
  const old = room.roomId;
  room.served.setStale('page');
  room.newBroadcast();
  t.ok((await page()).includes(old));
  t.ok((await enter()).includes(room.roomId));
  room.served.setStale('nothing');
  t.notOk((await page()).includes(old));
  for (const [answer, text] of [
    ['empty', ''],
    ['json', '{"status_code":10011,"data":{}}'],
  ] as const) {
    room.served.fetchAnswer = answer;
    t.equal(await (await fetch(`${room.url}/webcast/im/fetch/`)).text(), text);
  }
  room.served.fetchAnswer = 'unavailable';
  t.equal((await fetch(`${room.url}/webcast/im/fetch/`)).status, 503);
});

const statuses = { preparing: 1, live: 2, paused: 3, ended: 4 } as const;
for (const [state, status] of Object.entries(statuses)) {
  void t.test(`the state ${state} is status ${status} on page and enquiry`, async (t) => {
    await using room = await openDouyinRoom({ ...silent, state: state as keyof typeof statuses });
    const text = await (await fetch(`${room.url}/demo`)).text();
    t.match(text, new RegExp(String.raw`\\"status\\":${status},`));
    const headers = { cookie: 'ttwid=1' };
    const answer = await fetch(`${room.url}/webcast/room/web/enter/?web_rid=demo`, { headers });
    t.match(await answer.json(), { data: { data: [{ status }] } });
  });
}

void t.test('POST /sim/state changes push servers, stale pages and answers of im/fetch', async (t) => {
  await using room = await openDouyinRoom(silent);
  const change = async (body: object) =>
    (await fetch(`${room.url}/sim/state`, { method: 'POST', body: JSON.stringify(body) })).status;
  t.equal(await change({ pushServer: 'one.example,two.example' }), 200);
  await using client = new TestClient(room);
  const { response } = await client.next();
  t.match(response, { push_server: 'one.example,two.example', push_server_v2: 'one.example,two.example' });
  t.equal(await change({ stale: 'page' }), 200);
  t.equal(await change({ fetchAnswer: 'empty' }), 200);
  t.equal(await change({ state: 'rate-limited' }), 200);
  t.equal((await fetch(`${room.url}/demo`)).status, 429);
  t.equal(await change({ state: 'asleep' }), 400);
});

void t.test('screen chats and fan tickets have the fields that clients read', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  room.say({ kind: 'screen', text: '上电视', user: '小鹿' });
  room.say({ kind: 'screen', text: '特权', privileged: true });
  room.gift({ gift: '玫瑰' });
  room.say({ kind: 'tickets' });
  const [screen] = await client.nextMessages();
  t.equal(screen?.['method'], 'WebcastScreenChatMessage');
  t.match(bodyOf(screen, 'ScreenChatMessage'), { content: '上电视', user: { nickname: '小鹿' } });
  t.ok(part(bodyOf(screen, 'ScreenChatMessage'), 'common'));
  const [privileged] = await client.nextMessages();
  t.match(bodyOf(privileged, 'PrivilegeScreenChatMessage'), { content: '特权' });
  await client.nextMessages();
  const [tickets] = await client.nextMessages();
  t.equal(tickets?.['method'], 'WebcastUpdateFanTicketMessage');
  t.match(bodyOf(tickets, 'UpdateFanTicketMessage'), { count: /^[1-9]/ });
});
