import t from 'tap';
import { fileURLToPath } from 'node:url';
import { openDouyinRoom } from '../../../ops/sim/douyin-room/server.ts';
import { startRoom } from '../../support/ingest-room.ts';

const signature = fileURLToPath(new URL('../../../ops/sim/douyin-room/wire/signature.ts', import.meta.url));
const script = `let text = ''; process.stdin.on('data', (d) => (text += d)).on('end', async () => {
  const { testSignature } = await import(${JSON.stringify(signature)});
  console.log(testSignature(JSON.parse(text).stub));
})`;

void t.test('a session hears of a simulated room everything once, through all its faults', async (t) => {
  await using room = await openDouyinRoom({
    scenario: { type: 'silent' },
    requireSignature: true,
    acNonce: true,
  });
  const { sink, counters } = startRoom(t, {
    source: {
      pageUrl: room.url,
      pushUrls: [new URL(room.wsUrl).origin],
      signer: { type: 'command', command: [process.execPath, '-e', script], timeoutMs: 60_000 },
    },
  });
  const faults = [
    'garbage',
    'truncated-gzip',
    'unknown-method',
    'bad-sibling',
    'gzip-bomb',
    'oversized',
  ] as const;
  for (let connection = 1; connection <= 4; connection++) {
    await room.untilConnected({ nth: connection });
    for (const fault of faults) {
      room.chat({ text: `before ${fault} on ${connection}` });
      await room.fault(fault, fault === 'oversized' ? { megabytes: 10 } : {});
    }
    room.sayTogether([
      { kind: 'enter' },
      { kind: 'follow' },
      { kind: 'like' },
      { kind: 'share' },
      { kind: 'audience' },
    ]);
    await room.streak({ presses: 6, end: connection % 2 === 0, intervalMs: 1, quietMs: 0 });
    room.gift({ groupId: String(connection) });
    const last = room.chat({ text: `last of ${connection}` });
    await sink.until(() => sink.texts().includes(`last of ${connection}`));
    if (connection % 2 === 0) await room.untilAcked(last.msgId);
    room.cut();
  }
  await room.untilConnected({ nth: 5 });
  room.ecom();
  room.chat({ text: 'the end' });
  await sink.until(() => sink.texts().includes('the end'));

  const ids = sink.published.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'no event twice');
  const told = new Set(
    room.sent.filter(({ kind }) => kind === 'chat').map(({ msgId }) => `demo:douyin:${msgId}`),
  );
  const heard = new Set(sink.published.filter(({ kind }) => kind === 'chat').map(({ id }) => id));
  t.same(
    [...told].filter((id) => !heard.has(id)),
    [],
    'every chat was heard',
  );
  const gifts = new Map<string, number>();
  for (const event of sink.published) {
    if (event.kind === 'gift') gifts.set(event.streak, (gifts.get(event.streak) ?? 0) + event.count);
  }
  const truth = new Map(
    room.streaks.map(({ userId, giftId, groupId, total }) => [`${userId}/${giftId}/${groupId}`, total]),
  );
  t.same(Object.fromEntries(gifts), Object.fromEntries(truth), 'every gift counted once');
  t.ok(sink.texts().includes('order'));
  t.match(counters, { bombs: 4, oversized: 4, damagedMessages: 4, damagedFrames: 8, reconnects: 4 });
});

void t.test('a session sits out refusals, close codes and the end of a simulated broadcast', async (t) => {
  await using room = await openDouyinRoom({ scenario: { type: 'silent' } });
  const { sink } = startRoom(t, {
    source: { pageUrl: room.url, pushUrls: [new URL(room.wsUrl).origin] },
    douyinTimes: { pushAgainMs: 5 },
  });
  await room.untilConnected();
  await room.fault('refuse', { times: 2 });
  await room.fault('close');
  await room.untilConnected({ nth: 2 });
  room.endBroadcast();
  await sink.until(() => sink.published.some((event) => event.kind === 'control' && event.action === 'end'));
  const roomId = room.newBroadcast();
  const connection = await room.untilConnected({ nth: 3 });
  room.chat({ text: '新的一场' });
  await sink.until(() => sink.texts().includes('新的一场'));
  t.match(connection, { roomId });
});
