import { join } from 'node:path';
import t from 'tap';
import { meter } from '../support/loudness-meter.ts';
import { findSpeech, openReferenceVoice } from '../support/reference-voice.ts';
import { Show, silentRoom } from '../support/show.ts';
import { envelope, hopMs, readWav } from '../support/wav.ts';
import { readBalance } from '../support/balance.ts';

/** Each rule has one text, so that what is said to whom is known beforehand, and the recording can be searched for it. */
const rules = [
  { id: 'price', keywords: ['多少钱'], say: ['{nickname}，这一款今天直播价三十九块九。'] },
  { id: 'shipping', keywords: ['发货'], say: ['{nickname}，现在下单明天下午就能发货。'] },
];
const templates = {
  gift: ['谢谢{nickname}送来的{count}个{gift}。'],
  enter: ['热烈欢迎{nicknames}来做客。'],
  chat: [],
};
const config = {
  ...silentRoom,
  // Longer than anybody stands still between two presses of a streak.
  reply: { ...silentRoom.reply, rules, templates, mergeWindowMs: 1_500 },
};

void t.test('what viewers write and give is answered aloud: room, ledger and recording agree', async (t) => {
  await using show = await Show.start(t, config);
  await show.untilConnected();
  const [price] = await show.say({ kind: 'chat', user: '小明', text: '这个多少钱' });
  const streak = await show.say({ kind: 'streak', user: '阿花', gift: '玫瑰', presses: 4, intervalMs: 100 });
  const [shipping] = await show.say({ kind: 'chat', user: '老王', text: '什么时候发货啊' });
  const enters = [
    await show.say({ kind: 'enter', user: '小丽' }),
    await show.say({ kind: 'enter', user: '大壮' }),
  ];
  const [silent] = await show.say({ kind: 'chat', user: '路人', text: '随便看看' });
  await show.say({ kind: 'audience', online: 55 });
  await show.say({ kind: 'rank' });

  t.match(await show.untilOutcome(price?.msgId ?? ''), { what: 'spoken', eventKind: 'chat', nickname: '' });
  t.match(await show.untilOutcome(shipping?.msgId ?? ''), { what: 'spoken' });
  t.match(await show.untilOutcome(silent?.msgId ?? ''), { what: 'skipped' });
  const gifts = new Set(streak.filter(({ gift }) => gift?.repeatEnd === false).map(({ msgId }) => msgId));
  const thanked = await Promise.all([...gifts].map(async (msgId) => await show.untilOutcome(msgId)));
  t.equal(thanked.filter(({ what }) => what === 'spoken').length, 1, 'one thanks for the streak');
  t.ok(thanked.every(({ what, paid }) => paid && (what === 'spoken' || what === 'merged')));
  for (const [entered] of enters)
    t.match((await show.untilOutcome(entered?.msgId ?? '')).what, /spoken|merged/);

  const paidOrSaid = ({ kind }: { kind: string }) => ['chat', 'gift', 'enter'].includes(kind);
  const isAcked = async () => (await show.sent()).filter(paidOrSaid).every(({ acked }) => acked);
  await show.until('an ack for every frame that asks for one', isAcked);
  const sent = await show.sent();
  t.equal(await show.stop(), 0);

  const balance = await readBalance(show.home);
  t.match(balance, {
    lost: 0,
    twice: 0,
    open: 0,
    balanced: true,
    paid: { events: gifts.size, answered: gifts.size },
  });
  const known = sent.filter(
    ({ kind, gift }) => ['chat', 'enter', 'audience', 'rank'].includes(kind) || gift?.repeatEnd === false,
  );
  t.equal(
    balance.events,
    new Set(known.map(({ msgId }) => msgId)).size,
    'the ledger has what the room has sent',
  );

  const { samples, sampleRateHz, channels } = readWav(join(show.home, 'audio', 'demo.wav'));
  t.same({ sampleRateHz, channels }, { sampleRateHz: 48_000, channels: 1 });
  const { lufs, dbtp } = meter(samples, sampleRateHz);
  t.ok(
    Math.abs(lufs + 16) <= 1,
    `as loud as it should be: ${lufs.toFixed(2)} LUFS, by a meter that is not ours`,
  );
  t.ok(dbtp <= -1, `no peak too high: ${dbtp.toFixed(2)} dBTP`);
  const recording = envelope(samples, sampleRateHz);
  const voice = await openReferenceVoice('cmn', silentRoom.tts.speed);
  const places = [
    '小明，这一款今天直播价三十九块九。',
    '谢谢阿花送来的四个玫瑰。',
    '老王，现在下单明天下午就能发货。',
    '热烈欢迎小丽、大壮来做客。',
  ].map((text) => {
    const renditions = voice(text);
    const lastMs = (renditions[0]?.length ?? 0) * hopMs;
    return { text, lastMs, found: findSpeech(recording, renditions) };
  });
  for (const { text, found } of places)
    t.equal(found.length, 1, `heard exactly once: ${text} (${JSON.stringify(found)})`);
  const at = (index: number) => places[index]?.found[0]?.atMs ?? 0;
  const order = places.map(({ found }) => found[0]?.atMs);
  t.ok(at(0) < at(2) && at(2) < at(3), `questions in their order, greetings last: ${order.join(', ')}`);
  t.ok(at(1) < at(2), `money before the question that came later: ${order.join(', ')}`);
  t.equal(findSpeech(recording, voice('路人，随便看看。')).length, 0);
  // The clock of the recording is the wall clock: what is spoken lies as far apart in the file as in the ledger.
  const heardAt = show.outcomes.filter(({ what }) => what === 'spoken').map(({ at: ended }) => ended);
  const lastEnd = Math.max(...places.map(({ lastMs, found }) => (found[0]?.atMs ?? 0) + lastMs));
  const firstEnd = Math.min(...places.map(({ lastMs, found }) => (found[0]?.atMs ?? 0) + lastMs));
  const difference = lastEnd - firstEnd - (Math.max(...heardAt) - Math.min(...heardAt));
  t.ok(Math.abs(difference) < 1_000, `file and ledger differ by ${difference} ms`);
});
