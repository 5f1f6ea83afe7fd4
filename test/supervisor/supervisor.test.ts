import t from 'tap';
import { failingWorkers } from '../end-to-end/failing-workers.ts';
import { incidentsOf } from '../end-to-end/incidents.ts';
import { spareOf, untilWell } from '../end-to-end/places.ts';
import { Show, silentRoom } from '../support/show.ts';

void t.test('a spare that fails at every start is a warning, as long as its service works', async (t) => {
  const workers = failingWorkers(t);
  await using show = await Show.start(t, silentRoom);
  await untilWell(show);
  const children = () => show.state.children.filter(({ service }) => service === 'tts');
  workers.begin('tts', 1);
  process.kill(spareOf(show, 'tts').pid, 'SIGKILL');
  await show.until('the spare to be given up for a while', () =>
    children().some(({ state }) => state === 'quarantined'),
  );
  const incident = () => incidentsOf(show.home, 'tts').find(({ problem }) => problem === 'spare-missing');
  t.match(incident(), { severity: 'warning', closedAt: null });
  t.match(incident()?.summary, /^tts works, and only its spare is missing \(/);
  t.notMatch(show.lines.join('\n'), /tts does not work|^critical: tts/m);
  t.match(
    show.state.services.find(({ id }) => id === 'tts'),
    { condition: 'degraded', working: 1 },
  );

  workers.end('tts');
  await untilWell(show);
  await show.until('the end of the incident', () => incident()?.state === 'resolved');
  t.same(
    incidentsOf(show.home, 'tts').filter(({ severity }) => severity === 'critical'),
    [],
  );
});
