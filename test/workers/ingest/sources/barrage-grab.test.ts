import t from 'tap';
import { openBarrageGrab } from '../../../../ops/sim/barrage-grab/server.ts';
import { decodeAgain, SourceReader } from '../../../support/source-reader.ts';

const wideId = '7260517442466662207';

void t.test('barrage-grab reads every sort of message, with ids beyond 2^53 unchanged', async (t) => {
  await using sim = await openBarrageGrab();
  const reader = SourceReader.start(t, { type: 'barrage-grab', url: sim.url });
  await sim.untilConnected({ nth: 1 });
  const user = { nickname: '小明', id: wideId, fansLevel: 3, payLevel: 12 };
  const sent = [
    ...sim.say({ kind: 'chat', user, text: '多少钱' }),
    ...sim.say({ kind: 'like', user, count: 7 }),
    ...sim.say({ kind: 'enter', user }),
    ...sim.say({ kind: 'follow', user }),
    ...sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185331', repeatCount: 5 }),
    ...sim.say({ kind: 'audience', online: 77 }),
    ...sim.say({ kind: 'fansclub', user, action: 'join' }),
    ...sim.say({ kind: 'share', user, target: '112' }),
    ...sim.say({ kind: 'control', action: 3 }),
  ];
  t.equal(sent.length, 9);
  await reader.until(() => reader.events.length === 9);
  t.same(
    reader.events.map(({ id }) => id),
    sent.map(({ id }) => `demo:douyin:${id}`),
    'the ids are those of the messages, digit by digit',
  );
  t.ok(sent.every(({ id }) => BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER)));
  const [chat, like, enter, follow, gift, stats, fansclub, share, control] = reader.events;
  t.match(chat, {
    kind: 'chat',
    text: '多少钱',
    viewer: { id: wideId, nickname: '小明', level: 12, fansLevel: 3 },
  });
  t.match(like, { kind: 'like', count: 7, total: 18_775 });
  t.match(enter, { kind: 'enter', viewers: 50 });
  t.match(follow, { kind: 'follow' });
  t.match(gift, { kind: 'gift', name: '玫瑰', count: 5, diamonds: 1, streak: `${wideId}/165/1695185331` });
  t.match(stats, { kind: 'stats', online: 77, total: 22_003, text: '2.2万', viewer: null });
  t.match(fansclub, { kind: 'fansclub', action: 'join', level: 3 });
  t.match(share, { kind: 'share', target: '112' });
  t.match(control, { kind: 'control', action: 'end', viewer: null });
  t.same(await decodeAgain('barrage-grab', reader.raw), reader.observed, 'a recording decodes to the same');
});

void t.test(
  'barrage-grab reads the messages of old versions, and gives one without an id its own',
  async (t) => {
    await using sim = await openBarrageGrab({ old: true });
    const reader = SourceReader.start(t, {
      type: 'barrage-grab',
      url: sim.url,
      roomId: '7260415920948906807',
    });
    await sim.untilConnected({ nth: 1 });
    sim.say({ kind: 'audience' });
    sim.say({ kind: 'chat', user: '小红', text: '你好' });
    // As recorded, but for an id of 0.
    const data = `{"MsgId":0,"User":{"Id":${wideId},"Nickname":"小刚"},"Content":"没有号","RoomId":7260415920948906807}`;
    for (let times = 0; times < 2; times++)
      sim.sendRaw(JSON.stringify({ Type: 1, ProcessName: '', Data: data }));
    sim.sendRaw(JSON.stringify({ Type: 1, Data: data.replace('没有号', '另一个') }));
    await reader.until(() => reader.texts().includes('另一个'));
    t.same(reader.texts(), ['stats', '你好', '没有号', '另一个'], 'the same message again is known');
    t.match(reader.events[2]?.id, /^demo:douyin:h[0-9a-f]{20}$/);
    t.equal(reader.events[2]?.viewer?.id, wideId);
  },
);

void t.test('barrage-grab counts each gift once, whatever is skipped, late, or sent again', async (t) => {
  await using sim = await openBarrageGrab({ replayCount: 15 });
  const reader = SourceReader.start(t, { type: 'barrage-grab', url: sim.url });
  await sim.untilConnected({ nth: 1 });
  const gift = (nickname: string, repeatCount: number) =>
    sim.say({ kind: 'gift', user: nickname, gift: '玫瑰', groupId: '1695185331', repeatCount });
  for (const count of [1, 3, 2, 4]) gift('小明', count);
  gift('小红', 2);
  await reader.until(() => reader.events.length === 4);
  sim.fault({ kind: 'cut' });
  await sim.untilConnected({ nth: 2 });
  gift('小明', 10);
  sim.say({ kind: 'chat', text: '完' });
  await reader.until(() => reader.texts().includes('完'));
  const counts = new Map<string, number>();
  for (const event of reader.events) {
    if (event.kind !== 'gift') continue;
    const nickname = event.viewer?.nickname ?? '';
    counts.set(nickname, (counts.get(nickname) ?? 0) + event.count);
  }
  t.same(Object.fromEntries(counts), { 小明: 10, 小红: 2 });
});

void t.test('barrage-grab takes of several rooms in one feed the one that is asked for', async (t) => {
  for (const roomId of ['7260415920948906807', '516466932480']) {
    await using sim = await openBarrageGrab();
    const reader = SourceReader.start(t, { type: 'barrage-grab', url: sim.url, roomId });
    await sim.untilConnected({ nth: 1 });
    const other = {
      MsgId: 1,
      User: { Id: 5, Nickname: '别人' },
      Content: '别处',
      RoomId: '7260415920948906808',
    };
    sim.sendRaw(JSON.stringify({ Type: 1, ProcessName: '', Data: JSON.stringify(other) }));
    sim.sendRaw(JSON.stringify({ Type: 1, Data: JSON.stringify({ ...other, RoomId: undefined }) }));
    sim.say({ kind: 'chat', text: '这里' });
    await reader.until(() => reader.texts().includes('这里'));
    t.same(reader.texts(), ['这里'], roomId);
    t.match(reader.faults, [/names no room/], 'what names no room is told');
    await reader.stop();
  }
});

void t.test('barrage-grab survives garbage, cuts, half frames and refusals', async (t) => {
  await using sim = await openBarrageGrab();
  const reader = SourceReader.start(t, { type: 'barrage-grab', url: sim.url });
  let nth = 0;
  for (const fault of ['cut', 'half-frame', 'close-code'] as const) {
    nth += 1;
    await sim.untilConnected({ nth });
    sim.fault({ kind: 'garbage' });
    sim.fault({ kind: 'oversized' });
    sim.say({ kind: 'chat', text: `before ${fault}` });
    await reader.until(() => reader.texts().includes(`before ${fault}`));
    if (fault === 'close-code') sim.fault({ kind: 'refuse', status: 503, times: 2 });
    sim.fault({ kind: fault });
  }
  await sim.untilConnected({ nth: nth + 1 });
  sim.say({ kind: 'chat', text: 'the end' });
  await reader.until(() => reader.texts().includes('the end'));
  t.same(reader.texts(), ['before cut', 'before half-frame', 'before close-code', 'the end']);
  t.equal(reader.counters['damagedMessages'], 15);
  t.equal(reader.counters['oversized'], 3);
  t.match(
    reader.ends.filter((end) => end.startsWith('network')),
    [/HTTP 503/, /HTTP 503/],
  );
});

void t.test(
  'barrage-grab tells a lost capture from a quiet room, and connects again when nothing comes',
  async (t) => {
    await using sim = await openBarrageGrab();
    const reader = SourceReader.start(t, { type: 'barrage-grab', url: sim.url, pulseMs: 200 });
    await sim.untilConnected({ nth: 1 });
    sim.say({ kind: 'audience' });
    await reader.until(() => reader.conditions.length > 0);
    t.match(reader.conditions[0], { code: 'capture-lost', isOn: true });
    await reader.until(() => reader.opened >= 2);
    t.match(reader.ends[0], /^closed: no message for 200 ms$/);
    await sim.untilConnected({ nth: 2 });
    sim.say({ kind: 'audience' });
    await reader.until(() => reader.conditions.some(({ isOn }) => !isOn));
    const over = reader.conditions.find(({ isOn }) => !isOn);
    t.equal(over?.code, 'capture-lost', 'it is over when the pulse is back');
  },
);

void t.test('barrage-grab pauses its socket while it is not read, and loses nothing', async (t) => {
  await using sim = await openBarrageGrab();
  const reader = SourceReader.start(t, { type: 'barrage-grab', url: sim.url });
  await sim.untilConnected({ nth: 1 });
  sim.say({ kind: 'enter' });
  await reader.until(() => reader.events.length === 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.stalled = promise;
  const text = 'x'.repeat(1_500);
  for (let count = 0; count < 20_000; count++) sim.say({ kind: 'chat', text: `${count} ${text}` });
  // It was waiting for this one when it stopped.
  await reader.until(() => reader.events.length === 2);
  // Some are in the queue and in what the system holds; by far not all.
  t.ok(reader.raw.length < 20_000, `${reader.raw.length} arrived`);
  reader.stalled = undefined;
  resolve();
  await reader.until(() => reader.events.length === 20_001);
  t.same(
    reader
      .texts()
      .slice(1)
      .map((said) => Number(said.split(' ')[0])),
    Array.from({ length: 20_000 }, (_, index) => index),
    'all came, in order',
  );
});
