import t from 'tap';
import { readBalance } from '../support/balance.ts';
import { Show, silentRoom } from '../support/show.ts';
import { activeOf, doubled, processesOf, untilWell } from './places.ts';
import { runReload, writeConfiguration } from './run-reload.ts';

const withTexts = (gift: string, rule: string) => ({
  ...silentRoom,
  reply: {
    ...silentRoom.reply,
    templates: { gift: [gift] },
    rules: [{ id: 'colour', keywords: ['颜色'], say: [rule] }],
  },
});
const first = withTexts('谢谢{nickname}。', '{nickname}，是红的。');
const second = withTexts('多谢{nickname}。', '{nickname}，是蓝的。');

void t.test('the show takes a changed configuration, or goes on with what it had', async (t) => {
  await using show = await Show.start(t, first);
  await show.untilConnected();
  await untilWell(show);
  let gifts = 0;
  const thank = async (): Promise<string> => {
    gifts += 1;
    const [gift] = await show.say({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: String(gifts) });
    return gift?.msgId ?? '';
  };
  const asked = async (): Promise<string> => {
    const [chat] = await show.say({ kind: 'chat', user: '小明', text: `什么颜色，第${gifts}次问` });
    return chat?.msgId ?? '';
  };
  t.match(await show.untilOutcome(await asked()), { what: 'spoken', text: '小明，是红的。' });

  await t.test('a text that is not YAML ends with 78, and nothing is changed', async (t) => {
    const before = processesOf(show);
    writeConfiguration(show, 'rooms: [\n  reply: {');
    const { code, said } = await runReload(show);
    t.equal(code, 78, said);
    t.match(said, /refused, nothing was changed/);
    t.match(show.state.reload, { phase: 'refused', edition: 1 });
    t.same(processesOf(show), before);
  });

  await t.test('a voice that there is not ends with 1, and the former configuration goes on', async (t) => {
    const before = doubled.map((service) => activeOf(show, service));
    writeConfiguration(show, { ...second, tts: { ...silentRoom.tts, voice: 'nosuchvoice' } });
    const { code, said } = await runReload(show);
    t.equal(code, 1, said);
    // A moment in between may be too short to be seen; the reason is told at its end, too.
    t.match(said, /(going back to the former configuration|rolled back): tts(\.\d)? ended with code 78/);
    t.match(show.state.reload, { phase: 'rolled-back', edition: 1 });
    for (const { id, pid, epoch, generation, restarts } of before)
      t.match(show.child(id), { pid, epoch, generation, restarts, edition: 1, state: 'running' });
    await untilWell(show);
    t.match(await show.untilOutcome(await thank()), { text: '谢谢阿花。', what: 'spoken' });
  });

  await t.test('a new rule and a new text take effect, in new processes, with nothing lost', async (t) => {
    const before = new Map(show.state.children.map((child) => [child.id, child]));
    const epochs = new Map(doubled.map((service) => [service, activeOf(show, service).epoch]));
    writeConfiguration(show, second);
    const during = [await thank(), await asked()];
    const reload = runReload(show);
    await show.until('the reload', () => show.state.reload?.phase === 'preparing');
    during.push(await thank(), await asked());
    const { code, said } = await reload;
    t.equal(code, 0, said);
    for (const { id, service, pid, generation, edition, restarts, lastReason } of show.state.children) {
      const old = before.get(id);
      // A simulated room is left alone when nothing of its own was changed.
      const stays = !doubled.includes(service);
      t.equal(pid === old?.pid, stays, `${id}: pid ${old?.pid} → ${pid}`);
      t.equal(generation > (old?.generation ?? 0), !stays);
      t.ok(edition > (old?.edition ?? 0));
      // On a machine that is far too busy, one may not end in time, and is ended: no planned end any more.
      if (lastReason !== 'did not finish in time')
        t.equal(restarts, old?.restarts ?? 0, 'a planned end is no restart');
    }
    t.equal(show.state.children.length, before.size, 'as many as before');
    for (const [service, epoch] of epochs) t.ok(activeOf(show, service).epoch > epoch);
    for (const msgId of during) t.match(await show.untilOutcome(msgId), { what: 'spoken' });
    t.match(await show.untilOutcome(await thank()), { text: '多谢阿花。' });
    t.match(await show.untilOutcome(await asked()), { text: '小明，是蓝的。' });
  });

  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), {
    balanced: true,
    open: 0,
    paid: { events: gifts, answered: gifts },
  });
});
