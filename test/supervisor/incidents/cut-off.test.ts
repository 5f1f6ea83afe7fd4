import t from 'tap';
import { cutOff } from '../../../supervisor/incidents/cut-off.ts';
import { incidentMessage } from '../../../supervisor/incidents/incident-message.ts';
import { DeskRun } from './fixtures.ts';

void t.test('cutOff() closes an incident without saying that anything has helped', (t) => {
  const run = new DeskRun();
  run.health('tts', 'down');
  run.signal('tts', 'exited', { detail: 'code 1' });
  run.pass(20_000);
  const [open] = run.desk.open;
  if (!open) throw new Error('There is no incident');
  const before = JSON.stringify(open);
  const closed = cutOff(open, 'crashed', 99);
  t.equal(JSON.stringify(open), before, 'what it is given stays as it is');
  t.match(closed, {
    id: open.id,
    state: 'cut-off',
    closedAt: 99,
    recoveryMs: null,
    summary:
      /^tts crashed \(code 1\); nobody saw its end, because the supervisor that watched it ended; probable/,
  });
  t.same(
    closed.actions.map(({ action, outcome }) => `${action} ${outcome}`),
    ['none failed', 'degrade failed', 'restart unknown'],
  );
  t.match(closed.timeline.at(-1), {
    at: 99,
    what: 'cut off',
    detail: 'the supervisor that watched it ended',
  });
  t.match(incidentMessage(closed), { proof: /^nobody saw its end/, action: /restart it \(unknown\)$/ });
  t.end();
});
