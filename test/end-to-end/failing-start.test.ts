import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { readBalance } from '../support/balance.ts';
import { Show, silentRoom } from '../support/show.ts';
import { failingWorkers } from './failing-workers.ts';
import { incidentsOf } from './incidents.ts';
import { processesOf, untilWell } from './places.ts';

/** How long it fails is the fault itself. */
const failsForMs = 20_000;
const backWithinMs = 30_000;
const maxRestarts = 12;

void t.test('a worker that fails at every start is tried again and again, less and less often', async (t) => {
  const workers = failingWorkers(t);
  const templates = { gift: ['谢谢{nickname}。'] };
  await using show = await Show.start(t, {
    ...silentRoom,
    reply: { ...silentRoom.reply, rules: [], templates },
  });
  await show.untilConnected();
  await untilWell(show);
  const others = processesOf(show, 'tts');
  const children = () => show.state.children.filter(({ service }) => service === 'tts');
  const before = new Map(children().map(({ id, restarts }) => [id, restarts]));
  t.equal(before.size, 2);

  workers.begin('tts', 1);
  for (const { pid } of children()) process.kill(pid, 'SIGKILL');
  const [gift] = await show.say({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: '1' });
  await show.until('both to be given up for a while', () =>
    children().every(({ state }) => state === 'quarantined'),
  );
  await sleep(failsForMs);
  for (const { id, restarts, lastReason } of children()) {
    const times = restarts - (before.get(id) ?? 0);
    t.ok(times > 5 && times <= maxRestarts, `${id} was started ${times} times again`);
    t.equal(lastReason, 'ended with code 1');
  }
  t.match(
    show.state.services.find(({ id }) => id === 'tts'),
    { condition: 'down', working: 0 },
  );
  t.same(processesOf(show, 'tts'), others, 'nobody else was touched');
  const [incident, ...more] = incidentsOf(show.home, 'tts');
  t.same(more, [], 'one incident');
  t.match(incident, { problem: 'crash-loop', severity: 'critical', closedAt: null });
  t.match(
    show.state.incidents.filter(({ component }) => component === 'tts'),
    [{ id: incident?.id }],
  );
  t.ok(show.lines.some((line) => /tts(\.2)? .*starting it again in .*\(it keeps failing\)/.test(line)));

  workers.end('tts');
  const endedAt = performance.now();
  await show.until('the voice', () => children().some(({ lease, state }) => lease && state === 'running'));
  const backMs = Math.round(performance.now() - endedAt);
  t.ok(backMs <= backWithinMs, `back ${backMs} ms after its cause was gone`);
  t.match(
    await show.untilOutcome(gift?.msgId ?? ''),
    { what: 'spoken', paid: true },
    'what was paid for has waited for it',
  );
  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), { balanced: true, open: 0, paid: { events: 1, answered: 1 } });
});
