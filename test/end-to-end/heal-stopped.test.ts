import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { isAlive } from '../../supervisor/process-table.ts';
import { readBalance } from '../support/balance.ts';
import { findSpeech, openReferenceVoice } from '../support/reference-voice.ts';
import { Show, silentRoom } from '../support/show.ts';
import { envelope, readWav } from '../support/wav.ts';
import { incidentsOf } from './incidents.ts';
import { activeOf, processesOf, spareOf, untilWell } from './places.ts';

const templates = {
  gift: ['谢谢{nickname}送来的{count}个{gift}。'],
  chat: ['{nickname}，您说的{text}，我知道了。'],
};
const config = { ...silentRoom, reply: { ...silentRoom.reply, rules: [], templates } };
const rounds = [
  { service: 'tts', gives: '阿花', gift: '玫瑰' },
  { service: 'audio:demo', gives: '铁匠', gift: '大啤酒' },
];
/** Of a heartbeat that is missed: the configured deadline, and what a look every 250 ms can add that comes up to 500 ms late. */
const deadlineMs = { least: 2_500, most: 3_300 };
const stoppedMs = 5_000;

void t.test('the show heals from what stands still', async (t) => {
  await using show = await Show.start(t, config);
  await show.untilConnected();
  const spoken: string[] = [];

  for (const { service, gives, gift } of rounds) {
    await t.test(`${service} stands still with a gift in hand: it is replaced`, async (t) => {
      await untilWell(show);
      const others = processesOf(show, service);
      const active = activeOf(show, service);
      const spare = spareOf(show, service);
      process.kill(active.pid, 'SIGSTOP');
      const [sent] = await show.say({ kind: 'gift', user: gives, gift, groupId: '1' });
      await show.until('the take-over', () => {
        const { lease, state } = show.child(spare.id);
        return lease === active.lease && state === 'running';
      });
      t.ok(show.child(spare.id).epoch > active.epoch);
      // It was ended while it stood still, as it would hear nothing else; if not, it may not speak any more.
      if (isAlive(active.pid, active.startTime)) process.kill(active.pid, 'SIGCONT');
      t.match(await show.untilOutcome(sent?.msgId ?? ''), { what: 'spoken', paid: true });
      spoken.push(`谢谢${gives}送来的一个${gift}。`);
      await show.until('the former place as spare', () => show.child(active.id).state === 'initialised');
      const { lastReason, spare: standsBy } = show.child(active.id);
      const [, silentMs = 0] = /no heartbeat for (\d+) ms/.exec(lastReason) ?? [];
      t.ok(Number(silentMs) >= deadlineMs.least && Number(silentMs) <= deadlineMs.most, lastReason);
      t.ok(standsBy);
      t.notOk(isAlive(active.pid, active.startTime));
      t.same(processesOf(show, service), others, 'nobody else was touched');
      const [incident, ...more] = incidentsOf(show.home, service);
      t.same(more, []);
      t.match(incident, { problem: 'hang', detectionMs: Number(silentMs) });
    });
  }

  await t.test('the supervisor stands still for 5 s: nobody pays for it, and it says so', async (t) => {
    await untilWell(show);
    const before = processesOf(show);
    const { late, nats } = show.state;
    show.process.kill('SIGSTOP');
    const [sent] = await show.say({ kind: 'chat', user: '小明', text: '毛衣的颜色' });
    // How long it stands still is the fault itself.
    const [outcome] = await Promise.all([show.untilOutcome(sent?.msgId ?? ''), sleep(stoppedMs)]);
    t.match(outcome, { what: 'spoken' }, 'the show goes on without it');
    spoken.push('小明，您说的毛衣的颜色，我知道了。');
    show.process.kill('SIGCONT');
    await show.until('the count', () => show.state.late.times > late.times);
    t.ok(show.state.late.ms - late.ms >= stoppedMs - 1_000, `${show.state.late.ms - late.ms} ms late`);
    const [after] = await show.say({ kind: 'chat', user: '老王', text: '裤子的尺码' });
    t.match(await show.untilOutcome(after?.msgId ?? ''), { what: 'spoken' });
    spoken.push('老王，您说的裤子的尺码，我知道了。');
    t.same(processesOf(show), before, 'no child was ended for it');
    t.same(show.state.nats, nats, 'nor was the bus');
    const [incident] = incidentsOf(show.home, 'supervisor');
    t.match(incident, { problem: 'host-stalled', severity: 'warning' });
  });

  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), { balanced: true, open: 0, paid: { events: 2, answered: 2 } });
  const { samples, sampleRateHz } = readWav(join(show.home, 'audio', 'demo.wav'));
  const recording = envelope(samples, sampleRateHz);
  const voice = await openReferenceVoice('cmn', silentRoom.tts.speed);
  for (const text of spoken) {
    const found = findSpeech(recording, voice(text));
    t.equal(found.length, 1, `heard exactly once: ${text} ${JSON.stringify(found)}`);
  }
});
