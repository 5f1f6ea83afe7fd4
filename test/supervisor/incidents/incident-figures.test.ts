import t from 'tap';
import { incidentFigures } from '../../../supervisor/incidents/incident-figures.ts';
import { DeskRun, startAt } from './fixtures.ts';

void t.test('incidentFigures() sums up what healed alone, how fast, and how often something failed', (t) => {
  const run = new DeskRun();
  for (const [component, downMs] of [
    ['tts', 400],
    ['reply', 800],
    ['ingest', 600],
  ] as const) {
    run.health(component, 'down');
    run.signal(component, 'exited', { figures: { detectionMs: downMs / 100 } });
    run.pass(downMs);
    run.health(component, 'well');
    run.pass(3_000);
  }
  run.health('audio:demo', 'down');
  run.signal('audio:demo', 'gave-up');
  run.pass(100_000);
  const now = startAt + run.now;
  const incidents = [...run.desk.open, ...run.desk.recent];
  t.same(incidentFigures({ incidents, since: startAt, now }), {
    incidents: 4,
    open: 1,
    unresolved: 1,
    meanDetectionMs: 6,
    meanRecoveryMs: 600,
    longestRecoveryMs: 800,
    healedAloneShare: 0.75,
    meanTimeBetweenFailuresMs: run.now / 4,
  });
  t.end();
});

void t.test('incidentFigures() knows nothing of what it has not seen', (t) => {
  t.same(incidentFigures({ incidents: [], since: 0, now: 1_000 }), {
    incidents: 0,
    open: 0,
    unresolved: 0,
    meanDetectionMs: null,
    meanRecoveryMs: null,
    longestRecoveryMs: null,
    healedAloneShare: null,
    meanTimeBetweenFailuresMs: null,
  });
  t.end();
});
