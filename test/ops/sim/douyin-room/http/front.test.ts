import { request } from 'node:http';
import { once } from 'node:events';
import t from 'tap';
import { openDouyinRoom, type DouyinRoom } from '../../../../../ops/sim/douyin-room/server.ts';
import { chatTexts, TestClient } from '../test-client.ts';
import { decode, type Decoded } from '../webcast-proto.ts';

const silent = { scenario: { type: 'silent' } } as const;
const cookie = { headers: { Cookie: 'ttwid=1%7Cabc' } };

async function post(
  room: DouyinRoom,
  path: string,
  body: unknown,
): Promise<{ status: number; json: Decoded }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${room.url}${path}`, { method: 'POST', body: text });
  const json: unknown = await response.json();
  return { status: response.status, json: { ...(json as Decoded) } };
}

void t.test('GET / hands out a ttwid', async (t) => {
  await using room = await openDouyinRoom(silent);
  const response = await fetch(room.url);
  t.match(response.headers.get('set-cookie'), /^ttwid=[^;]+; Path=\//);
  await response.text();
});

void t.test('GET /{web_rid} shows the room, and no room for another number', async (t) => {
  await using room = await openDouyinRoom({ ...silent, webRid: 'shop8' });
  const page = await (await fetch(`${room.url}/shop8`, cookie)).text();
  t.match(page, `\\"roomId\\":\\"${room.roomId}\\"`);
  t.notMatch(await (await fetch(`${room.url}/other`, cookie)).text(), room.roomId);
  room.setState('captcha');
  t.match(await (await fetch(`${room.url}/shop8`, cookie)).text(), /验证码中间页/);
});

void t.test('acNonce answers the first page with a stub and a cookie, the next with the page', async (t) => {
  await using room = await openDouyinRoom({ ...silent, acNonce: true });
  const first = await fetch(`${room.url}/demo`);
  t.match(first.headers.get('set-cookie'), /^__ac_nonce=/);
  t.notMatch(await first.text(), room.roomId);
  t.match(await (await fetch(`${room.url}/demo`)).text(), room.roomId);
});

void t.test('GET web/enter follows the broadcast', async (t) => {
  await using room = await openDouyinRoom(silent);
  const enter = async (webRid: string, options: object = cookie) =>
    await (await fetch(`${room.url}/webcast/room/web/enter/?aid=6383&web_rid=${webRid}`, options)).text();
  t.match(JSON.parse(await enter('demo')), {
    data: { data: [{ id_str: room.roomId, status: 2 }], room_status: 0 },
  });
  t.match(JSON.parse(await enter('nobody')), { status_code: 4001038 });
  t.equal(await enter('demo', {}), '', 'without a cookie');
  room.endBroadcast();
  t.match(JSON.parse(await enter('demo')), { data: { data: [{ status: 4 }], room_status: 2 } });
  const [ended, next] = [room.sent.at(-1), room.newBroadcast()];
  t.match(ended, { kind: 'control', count: 3 });
  t.match(JSON.parse(await enter('demo')), { data: { data: [{ id_str: next, status: 2 }] } });
});

void t.test('GET im/fetch answers a bare Response and, by cursor, what came since', async (t) => {
  await using room = await openDouyinRoom(silent);
  const poll = async (cursor: string): Promise<Decoded> => {
    const response = await fetch(
      `${room.url}/webcast/im/fetch/?room_id=${room.roomId}&cursor=${cursor}`,
      cookie,
    );
    return decode('Response', Buffer.from(await response.arrayBuffer()));
  };
  room.chat({ text: '以前' });
  const first = await poll('');
  t.match(first, { heartbeat_duration: '10', fetch_interval: '1000', internal_ext: /^internal_src:dim/ });
  t.notOk(first['messages']);
  room.chat({ text: '以后' });
  const second = await poll(`${String(first['cursor'])}`);
  t.same(chatTexts(second['messages'] as Decoded[]), ['以后']);
  t.match(room.sent.at(-1), { via: 'fetch', text: '以后' });
});

void t.test('requests of another kind are told so', async (t) => {
  await using room = await openDouyinRoom(silent);
  t.equal((await fetch(`${room.url}/demo`, { method: 'DELETE' })).status, 405);
  t.equal((await fetch(`${room.url}/webcast/im/push/v2/`)).status, 426);
  const raw = request(`${room.url}/%E4%zz`);
  raw.end();
  const [answer] = await once(raw, 'response');
  t.equal(answer.statusCode, 200);
  answer.resume();
});

void t.test('POST /sim/say says an item or a streak in the room', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await room.untilConnected();
  const said = await post(room, '/sim/say', { kind: 'chat', text: '从外面', user: '小鹿' });
  t.match(said, { status: 200, json: { sent: [{ kind: 'chat', nickname: '小鹿' }] } });
  t.same(chatTexts(await client.nextMessages()), ['从外面']);
  const streak = await post(room, '/sim/say', { kind: 'streak', presses: 2, intervalMs: 0, quietMs: 0 });
  t.match(streak, { status: 200, json: { sent: [{ count: 1 }, { count: 2 }, { count: 2 }] } });
});

void t.test('POST /sim/fault and /sim/state change the room', async (t) => {
  await using room = await openDouyinRoom(silent);
  await using client = new TestClient(room);
  await client.next();
  t.match(await post(room, '/sim/fault', { kind: 'cut' }), { status: 200, json: { connections: 1 } });
  t.equal(await client.closed, 1006);
  t.match(await post(room, '/sim/state', { state: 'offline' }), { json: { state: 'offline' } });
  t.match(await post(room, '/sim/state', { broadcast: 'end' }), { json: { state: 'ended' } });
  const { roomId } = room;
  t.match(await post(room, '/sim/state', { broadcast: 'new' }), { json: { state: 'live' } });
  t.not(room.roomId, roomId);
});

void t.test('GET /sim/sent and /sim/state tell what happened', async (t) => {
  await using room = await openDouyinRoom(silent);
  for (const text of ['一', '二', '三']) room.chat({ text });
  const get = async (path: string): Promise<unknown> => await (await fetch(`${room.url}${path}`)).json();
  t.match(await get('/sim/sent'), { next: 3, sent: [{ text: '一' }, { text: '二' }, { text: '三' }] });
  t.match(await get('/sim/sent?since=2'), { next: 3, sent: [{ text: '三' }] });
  t.match(await get('/sim/sent?since=3'), { next: 3, sent: [] });
  t.match(await get('/sim/state'), {
    state: 'live',
    roomId: room.roomId,
    sent: 3,
    connections: [],
    refusals: [],
  });
});

void t.test('/sim/ answers bad input with 400 and the reason', async (t) => {
  await using room = await openDouyinRoom(silent);
  t.match(await post(room, '/sim/say', '{'), { status: 400, json: { error: /must be JSON/ } });
  t.match(await post(room, '/sim/say', { kind: 'chat' }), { status: 400, json: { error: /text/ } });
  t.match(await post(room, '/sim/say', { kind: 'streak', presses: 0 }), {
    status: 400,
    json: { error: /presses/ },
  });
  t.match(await post(room, '/sim/say', 'null'), { status: 400 });
  t.match(await post(room, '/sim/say', `"${'x'.repeat(2 ** 20)}"`), {
    status: 400,
    json: { error: /must not exceed/ },
  });
  t.match(await post(room, '/sim/fault', { kind: 'flood' }), { status: 400, json: { error: /kind/ } });
  t.match(await post(room, '/sim/state', { state: 'asleep' }), {
    status: 400,
    json: { error: /live\|paused\|preparing/ },
  });
  t.match(await post(room, '/sim/nothing', {}), { status: 404 });
  t.equal((await fetch(`${room.url}/sim/sent?since=x`)).status, 400);
});
