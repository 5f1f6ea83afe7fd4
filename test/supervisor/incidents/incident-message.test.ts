import t from 'tap';
import { incidentMessage } from '../../../supervisor/incidents/incident-message.ts';
import { DeskRun, startAt } from './fixtures.ts';

void t.test('incidentMessage() tells cause, actions and proof, in whole milliseconds', (t) => {
  const run = new DeskRun();
  run.now = 0.25;
  run.health('tts', 'down');
  run.signal('tts', 'exited', { detail: 'signal SIGSEGV' });
  const message = () => {
    const [record] = [...run.desk.open, ...run.desk.recent];
    if (!record) throw new Error('There is no incident');
    return incidentMessage(record);
  };
  t.match(message(), {
    severity: 'warning',
    component: 'tts',
    cause: /^crash; tts: exited: signal SIGSEGV; nothing/,
    action: 'wait: it is being mended already, or passes by itself (pending)',
    proof: '',
    at: startAt,
  });
  run.pass(120_000);
  t.match(message(), { severity: 'critical', proof: /no repair has helped/ });
  run.health('tts', 'well');
  t.match(message(), { proof: /no repair has helped/ }, 'not before it has held');
  run.pass(3_000);
  t.match(message(), { action: /tell people \(worked\)$/, proof: /^back after 2 min, well for 3000 ms$/ });
  t.end();
});
