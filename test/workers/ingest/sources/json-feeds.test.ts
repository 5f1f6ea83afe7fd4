import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { openJsonFeed, systemStatus } from '../../../../ops/sim/json-feeds/server.ts';
import { FaultLog } from '../../../../workers/ingest/fault-log.ts';
import { dycast } from '../../../../workers/ingest/sources/dycast.ts';
import { Tally } from '../../../../workers/ingest/tally.ts';
import { decodeAgain, SourceReader } from '../../../support/source-reader.ts';

const wideId = '7260517442466662207';
const user = { nickname: '小明', id: wideId, secUid: 'MS4wLjABAAAAxyz', payLevel: 4, fansLevel: 2 };
const configs = {
  'douyin-live': (url: string) => ({ type: 'douyin-live', url, liveId: '516466932480' }) as const,
  dycast: (url: string) => ({ type: 'dycast', url }) as const,
  oba: (url: string) => ({ type: 'oba', url }) as const,
};

for (const feed of ['douyin-live', 'dycast', 'oba'] as const) {
  void t.test(
    `${feed} keeps wide ids, survives garbage and cuts, and knows what is sent again`,
    async (t) => {
      await using sim = await openJsonFeed({ feed, replayCount: 15 });
      const reader = SourceReader.start(t, configs[feed](sim.url));
      for (const [index, fault] of (['cut', 'half-frame', 'close-code'] as const).entries()) {
        await sim.untilConnected({ nth: index + 1 });
        sim.fault({ kind: 'garbage' });
        sim.say({ kind: 'chat', user, text: fault });
        await reader.until(() => reader.texts().includes(fault));
        sim.fault({ kind: fault });
      }
      await sim.untilConnected({ nth: 4 });
      sim.say({ kind: 'enter', user });
      sim.say({ kind: 'chat', user, text: 'the end' });
      await reader.until(() => reader.texts().includes('the end'));
      t.same(reader.texts(), ['cut', 'half-frame', 'close-code', 'enter', 'the end']);
      const platform = feed === 'oba' ? 'oba' : 'douyin';
      t.same(
        reader.events.map(({ id }) => id),
        sim.sent.map(({ id }) => `demo:${platform}:${id}`),
      );
      const enter = reader.events.find(({ kind }) => kind === 'enter');
      t.equal(enter?.viewer?.id, feed === 'dycast' ? user.secUid : wideId);
      t.ok((reader.counters['damagedMessages'] ?? 0) >= 6, 'garbage is counted');
      t.same(await decodeAgain(feed, reader.raw), reader.observed, 'a recording decodes to the same');
    },
  );
}

void t.test('douyin-live reads every sort of message as Douyin’s own feed is read', async (t) => {
  await using sim = await openJsonFeed({ feed: 'douyin-live' });
  const reader = SourceReader.start(t, configs['douyin-live'](sim.url));
  await sim.untilConnected({ nth: 1 });
  sim.say({ kind: 'chat', user, text: '在吗' });
  sim.say({ kind: 'emoji', user });
  sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185331', repeatCount: 3 });
  sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185331', repeatCount: 3, repeatEnd: true });
  sim.say({ kind: 'like', user, count: 4 });
  sim.say({ kind: 'enter', user, action: 2 });
  sim.say({ kind: 'follow', user });
  sim.say({ kind: 'share', user });
  sim.say({ kind: 'fansclub', user });
  sim.say({ kind: 'audience', online: 50 });
  sim.say({ kind: 'rank', user });
  sim.say({ kind: 'control', action: 3 });
  await reader.until(() => reader.texts().includes('control'));
  t.match(reader.events, [
    { kind: 'chat', viewer: { id: wideId, secUid: user.secUid, level: 4, fansLevel: 2 } },
    { kind: 'chat', text: '[比心]' },
    { kind: 'gift', count: 3, name: '玫瑰', diamonds: 1, streak: `${wideId}/165/1695185331` },
    { kind: 'like', count: 4, total: 18_775 },
    { kind: 'follow', followers: 203 },
    { kind: 'share' },
    { kind: 'fansclub', action: 'join', level: 2 },
    { kind: 'stats', online: 50, total: 22_003, text: '2.2万' },
    { kind: 'control', action: 'end' },
  ]);
  t.equal(reader.titles[0], '云南鲜花饼 现烤现发/小芳的鲜花饼');
  t.equal(reader.counters['unknownMethods'], 1);
});

void t.test(
  'douyin-live stays connected while the room is off the air, and goes on when it begins',
  async (t) => {
    await using sim = await openJsonFeed({ feed: 'douyin-live', status: 'ROOM_OFFLINE' });
    const reader = SourceReader.start(t, configs['douyin-live'](sim.url));
    await reader.until(() => reader.ends.length >= 3);
    t.match(reader.ends.slice(0, 3), [/^offline/, /^offline/, /^offline/]);
    t.equal(sim.connections, 1, 'over one connection');
    sim.sendRaw('ping');
    sim.sendRaw(systemStatus('ROOM_STATUS_UNKNOWN'));
    await reader.until(() => reader.conditions.some(({ code, isOn }) => code === 'status-unknown' && isOn));
    sim.sendRaw(systemStatus('ROOM_ONLINE'));
    sim.say({ kind: 'chat', user, text: '开播了' });
    await reader.until(() => reader.texts().includes('开播了'));
    t.match(reader.conditions.at(-1), { code: 'status-unknown', isOn: false });
    t.same(sim.heard, ['pong'], 'its question was answered');
    sim.sendRaw(systemStatus('ROOM_ENDED'));
    await reader.until(() => reader.ends.includes('ended: the room said so'));
    t.equal(sim.connections, 1);
  },
);

void t.test('douyin-live says when there is no such room', async (t) => {
  await using sim = await openJsonFeed({ feed: 'douyin-live', status: 'ROOM_NOT_FOUND' });
  const reader = SourceReader.start(t, configs['douyin-live'](sim.url));
  await reader.until(() => reader.ends.length > 0);
  t.match(reader.ends[0], /^not-found/);
});

void t.test('dycast reads what the page relays, by hub or by its own connection to us', async (t) => {
  await using sim = await openJsonFeed({ feed: 'dycast' });
  const reader = SourceReader.start(t, { type: 'dycast' });
  await reader.until(() => reader.conditions.length > 0);
  const address = /ws:\/\/[\d.:]+/.exec(reader.conditions[0]?.text ?? '')?.[0] ?? '';
  const gift = { user, gift: '玫瑰' } as const;
  const texts = [
    ...sim.say({ kind: 'gift', ...gift, repeatCount: 1 }),
    ...sim.say({ kind: 'gift', ...gift, repeatCount: 4 }),
    ...sim.say({ kind: 'gift', ...gift, repeatCount: 4, repeatEnd: true }),
    ...sim.say({ kind: 'gift', ...gift, repeatCount: 2 }),
    ...sim.say({ kind: 'like', user, count: 5 }),
    ...sim.say({ kind: 'follow', user }),
    ...sim.say({ kind: 'emoji', user }),
    ...sim.say({ kind: 'audience', online: 9 }),
    ...sim.say({ kind: 'control', action: 1 }),
  ].map(({ data }) => String(data));
  const page = new WebSocket(address);
  await once(page, 'open');
  for (const text of texts) page.send(text);
  await reader.until(() => reader.texts().includes('control'));
  t.match(reader.conditions.at(-1), { code: 'waiting-for-client', isOn: false });
  t.match(reader.events, [
    { kind: 'gift', count: 1 },
    { kind: 'gift', count: 3 },
    { kind: 'gift', count: 2 },
    { kind: 'like', count: 5, total: 18_775 },
    { kind: 'follow', followers: 203 },
    { kind: 'stats', online: 9, total: 22_003 },
    { kind: 'control', action: 'other:1' },
  ]);
  const second = new WebSocket(address);
  await once(second, 'open');
  second.send(String(sim.say({ kind: 'chat', user, text: '换页' })[0]?.data));
  await reader.until(() => reader.texts().includes('换页'));
  t.match(reader.ends, [/another client took its place/], 'a page opened anew takes over');
  page.terminate();
  second.terminate();
});

void t.test('oba tells an order that was placed from the same one paid', async (t) => {
  await using sim = await openJsonFeed({ feed: 'oba' });
  const reader = SourceReader.start(t, configs.oba(sim.url));
  await sim.untilConnected({ nth: 1 });
  const order = {
    msg_type: 'live_order',
    nick_name: '小**',
    order_ts: 1_700_000_000,
    product_id: wideId,
    product_title: '鲜花饼',
  };
  for (const status of ['已下单', '已付款', '已付款', '未知状态'])
    sim.sendRaw(JSON.stringify({ ...order, msg_id: `${wideId}#${status}`, order_status: status }));
  sim.say({ kind: 'like', user });
  sim.say({ kind: 'follow', user });
  sim.say({ kind: 'fansclub', user, action: 'join' });
  sim.say({ kind: 'fansclub', user, action: 'upgrade' });
  await reader.until(() => reader.events.length === 7);
  t.match(reader.events, [
    { id: `demo:oba:${wideId}#placed`, kind: 'order', status: 'placed', orderId: wideId, productId: wideId },
    {
      id: `demo:oba:${wideId}#paid`,
      kind: 'order',
      status: 'paid',
      product: '鲜花饼',
      at: 1_700_000_000_000,
    },
    { id: `demo:oba:${wideId}#unknown`, kind: 'order', status: 'unknown' },
    { kind: 'like', count: 1 },
    { kind: 'follow' },
    { kind: 'fansclub', action: 'join' },
    { kind: 'fansclub', action: 'brand-vip' },
  ]);
});

void t.test('dycast counts a streak once whose values overtake each other', async (t) => {
  await using sim = await openJsonFeed({ feed: 'dycast' });
  const reader = SourceReader.start(t, configs.dycast(sim.url));
  await sim.untilConnected({ nth: 1 });
  for (const repeatCount of [1, 3, 2, 4])
    sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185331', repeatCount });
  sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185331', repeatCount: 4, repeatEnd: true });
  sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185340', repeatCount: 1 });
  sim.say({ kind: 'chat', user, text: 'the end' });
  await reader.until(() => reader.texts().includes('the end'));
  t.same(
    reader.events.flatMap((event) => (event.kind === 'gift' ? [event.count] : [])),
    [1, 2, 1, 1],
  );
});

void t.test(
  'dycast knows the end of a streak whether it is told as a number or as a truth value',
  async (t) => {
    const parts = { room: 'demo', tally: new Tally({}), faults: new FaultLog({ warn: () => undefined }) };
    const decoder = dycast.openDecoder(parts);
    const gift = (repeatEnd: unknown) => {
      const item = { id: wideId, method: 'WebcastGiftMessage', gift: { id: '1', count: 3, repeatEnd } };
      return { receivedAt: 1, form: 'text', data: Buffer.from(JSON.stringify([item])) } as const;
    };
    const isEnd = async (repeatEnd: unknown) => {
      const [found] = await decoder.decode(gift(repeatEnd));
      return found?.body.kind === 'gift' && found.body.streakEnd;
    };
    t.same(await Promise.all([1, true, '1', 0, false, undefined].map(isEnd)), [
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  },
);
