import { appendFileSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import t from 'tap';
import { maxLogBytes } from '../../supervisor/bound-log.ts';
import { appendIncident, incidentsFile, readOpenIncidents } from '../../supervisor/incident-file.ts';
import type { IncidentRecord } from '../../supervisor/incidents/incident-record.ts';
import { DeskRun } from './incidents/fixtures.ts';

function record(change: Partial<IncidentRecord>): IncidentRecord {
  const run = new DeskRun();
  run.signal('tts', 'exited', { detail: '夜里的猫' });
  const [first] = run.desk.open;
  if (!first) throw new Error('There is no incident');
  return { ...first, ...change };
}

void t.test('readOpenIncidents() finds those that no line says the end of', async (t) => {
  const home = t.testdir({ log: {} });
  const file = incidentsFile(home);
  t.same(await readOpenIncidents(home), [], 'nothing has ever happened');
  appendIncident(home, record({ id: 'a-1' }));
  appendIncident(home, record({ id: 'a-2' }));
  appendIncident(home, record({ id: 'a-3' }));
  // An end may stand in another file than the beginning.
  renameSync(file, `${file}.1`);
  appendIncident(home, record({ id: 'a-1', state: 'resolved', closedAt: 9 }));
  appendIncident(home, record({ id: 'a-2', severity: 'critical' }));
  appendIncident(home, record({ id: 'a-4', state: 'cut-off', closedAt: 9 }));
  for (let n = 0; n < 200; n++) appendIncident(home, record({ id: `b-${n}`, closedAt: n }));
  appendFileSync(file, 'not one of ours\n{"id":"a-5","closedAt":null}\n{"id":"a-6","closedAt":null,\n');
  appendFileSync(file, JSON.stringify(record({ id: 'a-7' })).slice(0, -1));
  t.match(await readOpenIncidents(home), [
    { id: 'a-2', severity: 'critical', timeline: [{ detail: '夜里的猫' }, {}] },
    { id: 'a-3' },
  ]);
  t.equal((await readOpenIncidents(home)).length, 2, 'what is no whole record is none');
});

void t.test(
  'appendIncident() begins a line of its own after one that a kill or a full disk cut off',
  async (t) => {
    const home = t.testdir({ log: { 'incidents.ndjson': '{"id":"a-1","closedA' } });
    appendIncident(home, record({ id: 'a-2' }));
    t.match(await readOpenIncidents(home), [{ id: 'a-2' }]);
    appendIncident(home, record({ id: 'a-2', closedAt: 7 }));
    t.equal(readFileSync(incidentsFile(home), 'utf8').split('\n').length, 3, 'the half is taken away');
  },
);

void t.test('appendIncident() begins another file when the old one is large', (t) => {
  const home = t.testdir({ log: { 'incidents.ndjson': '' } });
  const file = incidentsFile(home);
  truncateSync(file, maxLogBytes + 1);
  appendIncident(home, record({}));
  t.equal(statSync(`${file}.1`).size, maxLogBytes + 1);
  t.equal(readFileSync(file, 'utf8').split('\n').length, 2);
  t.end();
});
