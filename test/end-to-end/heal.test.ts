import t from 'tap';
import { isAlive } from '../../supervisor/process-table.ts';
import { readBalance } from '../support/balance.ts';
import { Show, silentRoom } from '../support/show.ts';
import { incidentsOf } from './incidents.ts';
import { activeOf, doubled, processesOf, spareOf, untilWell } from './places.ts';

const templates = { chat: ['{nickname}好。'], gift: ['谢谢{nickname}。'] };
const config = { ...silentRoom, reply: { ...silentRoom.reply, rules: [], templates } };
const viewers = ['小明', '老王', '小丽', '大壮'];

void t.test('the show heals from whatever of it is killed', async (t) => {
  await using show = await Show.start(t, config);
  await show.untilConnected();
  let paid = 0;
  /** A gift and a question, both of which have to be answered. */
  const talk = async (user: string): Promise<() => Promise<void>> => {
    paid += 1;
    const [gift] = await show.say({ kind: 'gift', user, gift: '玫瑰', groupId: String(paid) });
    const [chat] = await show.say({ kind: 'chat', user, text: `第${paid}个问题` });
    return async () => {
      t.match(await show.untilOutcome(gift?.msgId ?? ''), { what: 'spoken', paid: true });
      t.match(await show.untilOutcome(chat?.msgId ?? ''), { what: 'spoken' });
    };
  };

  for (const [index, service] of doubled.entries()) {
    await t.test(`${service} is killed: its spare takes over, and it comes back as the spare`, async (t) => {
      await untilWell(show);
      const others = processesOf(show, service);
      const active = activeOf(show, service);
      const spare = spareOf(show, service);
      const before = await talk(viewers[index] ?? '');
      process.kill(active.pid, 'SIGKILL');
      await show.until('the take-over', () => {
        const { lease, state } = show.child(spare.id);
        return lease !== '' && state === 'running';
      });
      const now = show.child(spare.id);
      t.match(now, { pid: spare.pid, lease: active.lease, spare: false, restarts: spare.restarts });
      t.ok(now.epoch > active.epoch, `epoch ${active.epoch} → ${now.epoch}`);
      await show.until('the former place as spare', () => {
        const { state, generation, lease } = show.child(active.id);
        return state === 'initialised' && generation > active.generation && lease === '';
      });
      const former = show.child(active.id);
      t.match(former, { spare: true, epoch: 0, restarts: active.restarts + 1, generation: 2 });
      t.match(former.lastReason, /SIGKILL/);
      t.not(former.pid, active.pid);
      t.notOk(isAlive(active.pid, active.startTime));
      if (service === 'ingest') await show.untilConnected();
      const after = await talk(viewers[index] ?? '');
      await Promise.all([before(), after()]);
      t.same(processesOf(show, service), others, 'nobody else was touched');
    });
  }

  await t.test('a spare is killed: another one comes, and nothing else is touched', async (t) => {
    await untilWell(show);
    const spare = spareOf(show, 'reply');
    const before = processesOf(show);
    process.kill(spare.pid, 'SIGKILL');
    await show.until('another spare', () => {
      const { state, generation } = show.child(spare.id);
      return state === 'initialised' && generation > spare.generation;
    });
    t.match(show.child(spare.id), { spare: true, generation: spare.generation + 1 });
    const after = processesOf(show);
    for (const processes of [before, after]) processes.delete(spare.id);
    t.same(after, before);
  });

  await t.test('the bus is killed: it is there again at the same address, and no child ends', async (t) => {
    await untilWell(show);
    const before = processesOf(show);
    const { url, pid } = show.state.nats;
    process.kill(pid, 'SIGKILL');
    const during = await talk('阿花');
    await show.until('another server', () => show.state.nats.pid > 0 && show.state.nats.pid !== pid);
    t.match(show.state.nats, { url, restarts: 1 });
    await during();
    t.same(processesOf(show), before);
  });

  await t.test('each component has one incident, closed, with what was done and the proof', async (t) => {
    const problems = new Map([...doubled.map((id) => [id, 'crash'] as const), ['bus', 'bus-lost']]);
    for (const [component, problem] of problems) {
      await show.until(`the end of the incident of ${component}`, () =>
        incidentsOf(show.home, component).every(({ state }) => state === 'resolved'),
      );
      const [incident, ...more] = incidentsOf(show.home, component);
      // The spare that was killed is told of by itself when the earlier story is over.
      const spares = more.filter(({ problem }) => problem === 'spare-missing');
      t.ok(spares.length <= (component === 'reply' ? 1 : 0), `${spares.length} of a spare of ${component}`);
      t.equal(more.length, spares.length, `one for ${component}`);
      t.match(incident, { problem, state: 'resolved', peopleAsked: false });
      t.ok(incident?.actions.length && incident.actions.every(({ outcome }) => outcome === 'worked'));
      t.ok(Number(incident?.recoveryMs) >= 0 && Number(incident?.closedAt) > Number(incident?.openedAt));
      t.match(incident?.timeline.at(-1), { what: 'resolved', detail: /well for \d+ ms/ });
    }
    await show.until('a state file that shows none of them as open', () =>
      show.state.incidents.every(({ component }) => !problems.has(component)),
    );
  });

  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), {
    balanced: true,
    lost: 0,
    twice: 0,
    open: 0,
    paid: { events: paid, answered: paid },
  });
});
