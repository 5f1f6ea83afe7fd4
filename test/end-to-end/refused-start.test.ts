import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { readBalance } from '../support/balance.ts';
import { Show, silentRoom } from '../support/show.ts';
import { failingWorkers } from './failing-workers.ts';
import { incidentsOf } from './incidents.ts';
import { processesOf } from './places.ts';
import { runReload } from './run-reload.ts';

/** Long enough for several restarts, if there were any: the first would come at once. */
const absenceMs = 3_000;
const ends = [
  { service: 'tts', code: exitCodes.badConfiguration, state: 'refused', problem: 'configuration-refused' },
  { service: 'reply', code: exitCodes.gaveUp, state: 'gave-up', problem: 'gave-up' },
];

void t.test('a worker that refuses its configuration, or gives up, waits for a reload', async (t) => {
  const workers = failingWorkers(t);
  const alone = { spares: 0 };
  await using show = await Show.start(t, {
    ...silentRoom,
    reply: { ...silentRoom.reply, rules: [], templates: { gift: ['谢谢{nickname}。'] } },
    supervisor: { services: { ingest: alone, reply: alone, tts: alone, audio: alone } },
  });
  await show.untilConnected();
  const [gift] = await show.say({ kind: 'gift', user: '阿花', gift: '玫瑰', groupId: '1' });
  await show.untilOutcome(gift?.msgId ?? '');

  for (const { service, code, state } of ends) {
    workers.begin(service, code);
    process.kill(show.child(service).pid, 'SIGKILL');
    await show.until(`${service} to be ${state}`, () => show.child(service).state === state);
    t.match(show.child(service), { pid: 0, restarts: 1, lastReason: `ended with code ${code}` });
  }
  const [meanwhile] = await show.say({ kind: 'gift', user: '老王', gift: '玫瑰', groupId: '2' });
  const before = processesOf(show);
  for (const { service } of ends) workers.end(service);
  await sleep(absenceMs);
  t.same(processesOf(show), before, 'nobody is started again, or for the sake of those two');
  for (const { service, state, problem } of ends) {
    t.equal(show.child(service).state, state);
    const [incident, ...more] = incidentsOf(show.home, service);
    t.same(more, []);
    t.match(incident, { problem, severity: 'critical', closedAt: null });
  }

  const { code, said } = await runReload(show);
  t.equal(code, 0, said);
  for (const { service } of ends) t.match(show.child(service), { state: 'running', edition: 2 });
  t.match(await show.untilOutcome(meanwhile?.msgId ?? ''), { what: 'spoken', paid: true });
  t.equal(await show.stop(), 0);
  t.match(await readBalance(show.home), { balanced: true, open: 0, paid: { events: 2, answered: 2 } });
});
