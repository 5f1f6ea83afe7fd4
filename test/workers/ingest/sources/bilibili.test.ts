import { brotliCompressSync, deflateSync } from 'node:zlib';
import t from 'tap';
import { danmu, interactV2, masked } from '../../../../ops/sim/bilibili-room/commands.ts';
import { commandPackets, packet } from '../../../../ops/sim/bilibili-room/packets.ts';
import { openBilibiliRoom } from '../../../../ops/sim/bilibili-room/server.ts';
import { viewerNamed } from '../../../../ops/sim/douyin-room/scenario/viewer.ts';
import { BilibiliSource } from '../../../../workers/ingest/bilibili/bilibili-source.ts';
import { decodeAgain, SourceReader } from '../../../support/source-reader.ts';

const wideId = '7260517442466662207';
const user = { nickname: '小明', id: wideId, fansLevel: 3, level: 21 };

const configOf = ({ port, url }: { port: number; url: string }, roomId = '510') => {
  const origin = `http://127.0.0.1:${port}`;
  return { type: 'bilibili', roomId, liveUrl: origin, apiUrl: origin, messageUrls: [url] } as const;
};

for (const compression of ['none', 'zlib', 'brotli'] as const) {
  void t.test(
    `bilibili reads every command, packed by ${compression}, with wide ids unchanged`,
    async (t) => {
      await using sim = await openBilibiliRoom({ compression });
      const reader = SourceReader.start(t, configOf(sim));
      await sim.untilConnected({ nth: 1 });
      sim.say({ kind: 'chat', user, text: '弹幕' });
      sim.say({ kind: 'emoji', user, text: '[花]' });
      for (const repeatCount of [1, 3])
        sim.say({ kind: 'gift', user, gift: '棒棒糖', groupId: '9', repeatCount });
      sim.say({ kind: 'gift', user, gift: '棒棒糖', groupId: '9', repeatCount: 5, repeatEnd: true });
      sim.say({ kind: 'gift', user, gift: '热气球' });
      sim.say({ kind: 'enter', user });
      sim.say({ kind: 'follow', user });
      sim.say({ kind: 'share', user });
      sim.say({ kind: 'like', user });
      sim.say({ kind: 'audience', online: 8 });
      sim.say({ kind: 'fansclub', user });
      sim.say({ kind: 'ecom', nickname: '老板', text: '主播好' });
      sim.sendRaw(commandPackets([{ cmd: 'SUPER_CHAT_MESSAGE_DELETE', data: { ids: [7] } }], compression));
      sim.say({ kind: 'unknown' });
      sim.say({ kind: 'control', action: 2 });
      sim.say({ kind: 'control', action: 3 });
      await reader.until(() => reader.ends.includes('ended: the room said so'));
      t.match(reader.events, [
        { kind: 'chat', text: '弹幕', viewer: { id: wideId, nickname: '小明', level: 21, fansLevel: 3 } },
        { kind: 'chat', text: '[花]' },
        { kind: 'gift', name: '棒棒糖', count: 1, diamonds: 900 },
        { kind: 'gift', count: 2, total: 3 },
        { kind: 'gift', count: 2, total: 5 },
        { kind: 'gift', name: '热气球', count: 1, diamonds: 52_000 },
        { kind: 'enter', viewer: { id: wideId } },
        { kind: 'follow', viewer: { id: wideId } },
        { kind: 'share' },
        { kind: 'like', count: 1 },
        { kind: 'stats' },
        { kind: 'stats', online: 8 },
        { kind: 'stats', total: 22_003, text: '2.2万人看过' },
        { kind: 'gift', name: '舰长', count: 1, diamonds: 198_000 },
        { kind: 'gift', name: '醒目留言', diamonds: 30_000, viewer: { nickname: '老板', id: wideId } },
        { kind: 'chat', text: '主播好', viewer: { nickname: '老板' } },
        { kind: 'system', code: 'super-chat-deleted', text: '7' },
        { kind: 'control', action: 'resume' },
        { kind: 'control', action: 'end' },
      ]);
      t.equal(reader.titles[0], '云南鲜花饼/小芳的鲜花饼');
      const gift = sim.sent.find(({ kind }) => kind === 'gift');
      t.ok(
        reader.events.some(({ id }) => id === `demo:bilibili:gift-${gift?.id}`),
        'its transaction is the id',
      );
      t.match(sim.auths[0], { uid: 0, roomid: 22_625_027, protover: 3, platform: 'web', type: 2 });
      t.ok(
        sim.asked.some((url) => url.includes('getDanmuInfo?id=22625027&')),
        'with the real id of the room',
      );
      t.same(await decodeAgain('bilibili', reader.raw), reader.observed, 'a recording decodes to the same');
    },
  );
}

void t.test('bilibili survives damaged packets, bombs and cuts; each costs only itself', async (t) => {
  await using sim = await openBilibiliRoom();
  const reader = SourceReader.start(t, configOf(sim));
  let nth = 0;
  const say = (text: string) => danmu(viewerNamed('小明'), text, text);
  for (const fault of ['cut', 'half-frame', 'close-code'] as const) {
    nth += 1;
    await sim.untilConnected({ nth });
    sim.fault({ kind: 'garbage' });
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    sim.sendRaw(packet(5, 3, brotliCompressSync(zeros, { params: { 1: 1 } })));
    sim.sendRaw(packet(5, 2, deflateSync(packet(5, 2, deflateSync(packet(5, 2, deflateSync('x')))))));
    // A damaged sibling between two good ones, in one packet.
    const siblings = [
      packet(5, 0, JSON.stringify(say(`one of ${nth}`))),
      packet(5, 2, 'damaged'),
      packet(5, 0, '{"cmd":"SEND_GIFT","data":5}'),
      packet(5, 0, '{"cmd":7}'),
      packet(5, 0, JSON.stringify(say(`two of ${nth}`))),
    ];
    sim.sendRaw(packet(5, 3, brotliCompressSync(Buffer.concat(siblings))));
    await reader.until(() => reader.texts().includes(`two of ${nth}`));
    sim.fault({ kind: fault });
  }
  await sim.untilConnected({ nth: nth + 1 });
  sim.say({ kind: 'chat', user, text: 'the end' });
  await reader.until(() => reader.texts().includes('the end'));
  t.equal(reader.texts().filter((text) => / of \d/.test(text)).length, 6);
  t.equal(reader.counters['bombs'], 6, 'too large, and packed too often');
  t.ok((reader.counters['damagedFrames'] ?? 0) >= 15);
});

void t.test('bilibili waits while the room is off the air, and says when there is none', async (t) => {
  let isLive = false;
  await using sim = await openBilibiliRoom({ isLive: () => isLive });
  const reader = SourceReader.start(t, configOf(sim));
  await reader.until(() => reader.ends.length >= 2);
  t.match(reader.ends[0], /^offline/);
  t.equal(sim.connections, 0);
  isLive = true;
  await sim.untilConnected({ nth: 1 });
  const lost = SourceReader.start(t, configOf(sim, '404'));
  await lost.until(() => lost.ends.length > 0);
  t.match(lost.ends[0], /^not-found/);
});

void t.test('bilibili gets a new token when the old one is refused', async (t) => {
  let refusals = 2;
  await using sim = await openBilibiliRoom({ authCode: () => (refusals-- > 0 ? -101 : 0) });
  const reader = SourceReader.start(t, configOf(sim));
  await sim.untilConnected({ nth: 1 });
  t.match(reader.ends, [/^authentication: .*token/, /^authentication: .*token/]);
  const keys = sim.auths.map((auth) => (auth as { key: string }).key);
  t.equal(new Set(keys).size, 3, 'each try has its own');
});

void t.test('bilibili says that guests see masked names, and when that is over', async (t) => {
  await using sim = await openBilibiliRoom();
  const reader = SourceReader.start(t, configOf(sim));
  await sim.untilConnected({ nth: 1 });
  sim.sendRaw(commandPackets([danmu(masked(viewerNamed('小明')), '谁', '1')], 'none'));
  await reader.until(() => reader.conditions.length === 1);
  sim.sendRaw(commandPackets([interactV2(viewerNamed('小红'), 1, 1_700_000_000)], 'none'));
  await reader.until(() => reader.conditions.length === 2);
  sim.sendRaw(commandPackets([{ cmd: 'LOG_IN_NOTICE', data: {} }], 'brotli'));
  await reader.until(() => reader.conditions.length === 3);
  t.same(
    reader.conditions.map(({ code, isOn }) => `${code} ${isOn}`),
    ['guest true', 'guest false', 'guest true'],
  );
  t.match(reader.events[0], { kind: 'chat', text: '谁', viewer: { id: '', nickname: '小***' } });
});

void t.test(
  'bilibili keeps a quiet room by heartbeats, and gives up a server that answers none',
  async (t) => {
    let answers = true;
    await using sim = await openBilibiliRoom({ answersHeartbeats: () => answers });
    const times = { heartbeatMs: 100, receiveTimeoutMs: 2_000, authTimeoutMs: 60_000, lookMs: 50 };
    const reader = SourceReader.start(t, configOf(sim), {
      platform: 'bilibili',
      open: (config, parts) => new BilibiliSource(config, parts, times),
    });
    await sim.untilConnected({ nth: 1 });
    // Longer than the receive timeout, in which the room says nothing.
    await reader.until(() => sim.heartbeats.length > 60);
    t.same(reader.ends, [], 'the answers are enough');
    t.same(new Set(sim.heartbeats), new Set(['[object Object]']));
    answers = false;
    await reader.until(() => reader.ends.length > 0);
    t.equal(reader.ends[0], 'network: nothing came for 2000 ms');
    answers = true;
    await sim.untilConnected({ nth: 2 });
    sim.say({ kind: 'chat', user, text: 'again' });
    await reader.until(() => reader.texts().includes('again'));
  },
);
