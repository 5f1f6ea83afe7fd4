import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import t from 'tap';
import { StoredMessages } from '../../../ops/backup/stored-messages.ts';
import { NotOursError, decodeAs, encode } from '../../../protocol/codec.ts';
import type { LiveEvent } from '../../../protocol/event.ts';
import { eventSubject } from '../../../protocol/subjects.ts';
import { readBalance } from '../../support/balance.ts';
import { liveEvent } from '../../support/events.ts';
import { findSpeech, openReferenceVoice } from '../../support/reference-voice.ts';
import { Show, silentRoom } from '../../support/show.ts';
import { envelope, readWav } from '../../support/wav.ts';
import { runJson } from './run-command.ts';
import { startIn } from './second-life.ts';
import { inHome } from './stored-home.ts';

const templates = {
  chat: ['{nickname}，您说的{text}，我这就告诉您。'],
  gift: ['谢谢{nickname}送来的{count}个{gift}。今天的毛衣一共有三种颜色。明天晚上八点我们继续直播。'],
};
const config = { ...silentRoom, reply: { ...silentRoom.reply, rules: [], templates } };
const { signal } = new AbortController();

/** Utterances of which there is sound in a home. */
async function soundsOf(home: string): Promise<Set<string>> {
  return await inHome(home, async (connection) => {
    const stored = await StoredMessages.open(connection);
    const { lastSeq } = await stored.look('AUDIO');
    const ids = new Set<string>();
    for await (const { data } of stored.read('AUDIO', { fromSeq: 1, upToSeq: lastSeq, signal })) {
      const { utteranceId, keep } = decodeAs('chunk', data).segment;
      if (!keep) ids.add(utteranceId);
    }
    return ids;
  });
}

/** Puts an event on the bus of a home in which nobody is there to answer it. */
async function leave(home: string, event: LiveEvent): Promise<void> {
  await inHome(home, async (connection) => {
    const js = jetstream(connection, { timeout: 20_000 });
    await js.publish(eventSubject(event.room, event.kind), encode('event', event), { msgID: event.id });
  });
}

const heardIn = (home: string) => {
  const { samples, sampleRateHz } = readWav(join(home, 'audio', 'demo.wav'));
  return envelope(samples, sampleRateHz);
};

void t.test(
  'after a restore nothing is said again, and what was paid for and not answered is answered',
  async (t) => {
    const folder = t.testdir();
    const [home, archives] = [join(folder, 'home'), join(folder, 'archives')];
    await using show = await Show.start(t, config);
    await show.untilConnected();
    const [chat] = await show.say({ kind: 'chat', user: '小明', text: '毛衣的颜色' });
    t.match(await show.untilOutcome(chat?.msgId ?? ''), { what: 'spoken' });
    const taken = await runJson<{ head: object }>('backup', '--home', show.home, '--to', archives);
    t.match(taken.head, { type: 'full' }, 'while it is on air');
    const [gift] = await show.say({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: '1' });
    t.match(await show.untilOutcome(gift?.msgId ?? ''), { what: 'spoken' });
    await show.until('an idle line', () => show.outcomes.some(({ what }) => what === 'aired'));
    t.equal(await show.stop(), 0);

    const at = Date.now();
    const waiting = liveEvent({
      id: 'demo:douyin:77',
      nickname: '珍珠奶茶',
      at,
      expiresAt: at + 1_800_000,
      body: {
        kind: 'gift',
        giftId: '1',
        name: '大啤酒',
        count: 2,
        total: 2,
        diamonds: 2,
        streak: 's',
        streakEnd: true,
      },
    });
    await leave(show.home, waiting);
    const said = await soundsOf(show.home);
    t.ok(said.size >= 3);
    const { file } = await runJson<{ file: string }>(
      'backup',
      '--home',
      show.home,
      '--to',
      archives,
      '--incremental',
    );
    t.match(await runJson('restore', file, '--home', home), { unansweredEvents: 1, unheardSegments: 0 });
    t.same(await readBalance(home), await readBalance(show.home));

    const life = await startIn(t, home, config);
    const known = life.outcomes.length;
    await life.until('the answer', () => life.outcomes.some(({ eventId }) => eventId === waiting.id));
    await life.until('an idle line', () =>
      life.outcomes.slice(known).some(({ what, utteranceId }) => what === 'aired' && !said.has(utteranceId)),
    );
    t.match(
      life.outcomes.find(({ eventId }) => eventId === waiting.id),
      { what: 'spoken', paid: true },
    );
    t.equal(await life.stop(), 0);
    const sounds = await soundsOf(home);
    t.ok(sounds.has(`u:${waiting.id}`));
    t.same([...sounds.intersection(said)], [], 'nothing of before is even synthesised');
    t.match(await readBalance(home), {
      balanced: true,
      twice: 0,
      lost: 0,
      open: 0,
      paid: { events: 2, answered: 2 },
    });
    const voice = await openReferenceVoice('cmn', silentRoom.tts.speed);
    const recording = heardIn(home);
    const found = (text: string) => findSpeech(recording, voice(text)).length;
    t.equal(found('谢谢珍珠奶茶送来的两个大啤酒。'), 1);
    t.equal(found('谢谢阿花送来的一个玫瑰。'), 0);
    t.equal(found('小明，您说的毛衣的颜色，我这就告诉您。'), 0);
  },
);

void t.test('after a restore an answer goes on where it was cut off', async (t) => {
  const folder = t.testdir();
  const home = join(folder, 'home');
  const show = await Show.start(t, config);
  await show.untilConnected();
  const [gift] = await show.say({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: '1' });
  const bucket = await show.bus.bucket('playhead');
  await show.until('the second sentence', async () => {
    const entry = await bucket.get('demo');
    return entry?.operation === 'PUT' && isInSecondSentence(entry.value);
  });
  show.process.kill('SIGKILL');
  await show.ended;
  const { file } = await runJson<{ file: string }>('backup', '--home', show.home);
  await runJson('restore', file, '--home', home);

  const life = await startIn(t, home, config);
  const mine = () => life.outcomes.filter(({ eventId }) => eventId.endsWith(`:${gift?.msgId}`));
  await life.until('the rest of the answer', () => mine().length > 0);
  t.equal(await life.stop(), 0);
  t.match(mine(), [{ what: 'spoken', paid: true }]);
  t.match(await readBalance(home), { balanced: true, open: 0, paid: { events: 1, answered: 1 } });
  const voice = await openReferenceVoice('cmn', silentRoom.tts.speed);
  const recording = heardIn(home);
  t.equal(findSpeech(recording, voice('谢谢阿花送来的一个玫瑰。')).length, 0, 'heard before');
  t.equal(findSpeech(recording, voice('明天晚上八点我们继续直播。')).length, 1, 'not heard yet');
});

/** That an answer of three sentences, and no idle line, is there. */
function isInSecondSentence(value: Uint8Array): boolean {
  try {
    const { partial } = decodeAs('playhead', value);
    return partial.some(({ utteranceId, nextIndex }) => utteranceId.startsWith('u:') && nextIndex === 1);
  } catch (error) {
    if (error instanceof NotOursError) return false;
    throw error;
  }
}
