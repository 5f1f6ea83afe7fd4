import { join } from 'node:path';
import t from 'tap';
import { isAlive } from '../../supervisor/process-table.ts';
import { readBalance } from '../support/balance.ts';
import { findSpeech, openReferenceVoice } from '../support/reference-voice.ts';
import { Show, silentRoom } from '../support/show.ts';
import { envelope, readWav } from '../support/wav.ts';
import { activeOf, untilWell } from './places.ts';

const templates = {
  chat: ['{nickname}，您说的{text}，我这就告诉您。'],
  gift: ['谢谢{nickname}送来的{count}个{gift}。'],
};
const config = { ...silentRoom, reply: { ...silentRoom.reply, rules: [], templates } };

const rounds = [
  { id: 'ingest', asks: '小明', text: '毛衣的颜色', gives: '阿花', gift: '玫瑰' },
  { id: 'reply', asks: '老王', text: '裤子的尺码', gives: '珍珠奶茶', gift: '小心心' },
  { id: 'tts', asks: '小丽', text: '鞋子的材质', gives: '铁匠', gift: '大啤酒' },
  { id: 'audio:demo', asks: '大壮', text: '帽子的产地', gives: '夜里的猫', gift: '棒棒糖' },
  { id: 'sim-room', asks: '小燕', text: '围巾的长度', gives: '云', gift: '爱的纸鹤' },
];

void t.test('each child may be killed: it comes back, nothing is lost, nothing is heard twice', async (t) => {
  await using show = await Show.start(t, config);
  await untilWell(show);
  const gifts: string[] = [];
  for (const { id, asks, text, gives, gift: present } of rounds) {
    await show.untilConnected();
    const [gift] = await show.say({ kind: 'gift', user: gives, gift: present, groupId: '1' });
    // The room forgets what it had sent when it dies itself; before that, the gift has to have been heard of.
    if (id === 'sim-room')
      await show.until('the ack', async () =>
        (await show.sent()).some(({ msgId, acked }) => msgId === gift?.msgId && acked),
      );
    const { id: child, pid, generation, restarts } = activeOf(show, id);
    process.kill(pid, 'SIGKILL');
    await show.until(
      `${child} to be back`,
      () =>
        ['running', 'initialised'].includes(show.child(child).state) &&
        show.child(child).generation > generation,
    );
    t.equal(show.child(child).restarts, restarts + 1);
    t.match(show.child(child).lastReason, /SIGKILL/);
    await untilWell(show);
    t.not(activeOf(show, id).pid, pid);
    t.notOk(isAlive(pid));
    await show.untilConnected();
    const [chat] = await show.say({ kind: 'chat', user: asks, text });
    t.match(
      await show.untilOutcome(chat?.msgId ?? ''),
      { what: 'spoken' },
      `after ${id}: the next message is answered`,
    );
    t.match(
      await show.untilOutcome(gift?.msgId ?? ''),
      { what: 'spoken', paid: true },
      `over ${id}: the gift is thanked for`,
    );
    gifts.push(gift?.msgId ?? '');
  }
  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), {
    balanced: true,
    lost: 0,
    twice: 0,
    open: 0,
    paid: { events: gifts.length, answered: gifts.length },
  });
  const { samples, sampleRateHz } = readWav(join(show.home, 'audio', 'demo.wav'));
  const recording = envelope(samples, sampleRateHz);
  const voice = await openReferenceVoice('cmn', silentRoom.tts.speed);
  for (const { asks, text, gives, gift } of rounds) {
    for (const said of [`${asks}，您说的${text}，我这就告诉您。`, `谢谢${gives}送来的一个${gift}。`]) {
      const found = findSpeech(recording, voice(said));
      t.equal(found.length, 1, `heard exactly once: ${said} ${JSON.stringify(found)}`);
    }
  }
});

void t.test('the bus may be killed: it comes back at the same address, and nothing is lost', async (t) => {
  await using show = await Show.start(t, config);
  await show.untilConnected();
  const { url, pid } = show.state.nats;
  process.kill(pid, 'SIGKILL');
  const [during] = await show.say({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: '1' });
  await show.until('another server', () => show.state.nats.pid !== pid && show.state.nats.pid > 0);
  t.equal(show.state.nats.url, url);
  t.equal(show.state.nats.restarts, 1);
  t.match(await show.untilOutcome(during?.msgId ?? ''), { what: 'spoken', paid: true });
  const [after] = await show.say({ kind: 'chat', user: '小明', text: '毛衣的颜色' });
  t.match(await show.untilOutcome(after?.msgId ?? ''), { what: 'spoken' });
  t.ok(
    show.state.children.every(({ restarts }) => restarts === 0),
    'no child had to be restarted for it',
  );
  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), { balanced: true, open: 0, paid: { events: 1, answered: 1 } });
});

void t.test('the supervisor may be killed: nothing is left behind, and the next one goes on', async (t) => {
  const show = await Show.start(t, config);
  const pids = [...show.state.children.map(({ pid }) => pid), show.state.nats.pid];
  t.ok(pids.length >= 6 && pids.every((pid) => isAlive(pid)));
  show.process.kill('SIGKILL');
  await show.ended;
  await show.until('the end', () => pids.every((pid) => !isAlive(pid)));
  t.match(await readBalance(show.home), { balanced: true });
});
