import t from 'tap';
import { incidentRecords, latest } from '../../../../ops/bench/supervisor/incident-records.ts';

void t.test('incidentRecords() reads whole lines only, and latest() how each incident stands', (t) => {
  const lines = [
    { id: 'a', state: 'open' },
    { id: 'b', state: 'open' },
    { id: 'a', state: 'resolved' },
  ].map((record) => `${JSON.stringify(record)}\n`);
  const home = t.testdir({ log: { 'incidents.ndjson': `${lines.join('')}{"id":"c","sta` } });
  const records = incidentRecords(home);
  t.equal(records.length, 3);
  t.match(latest(records), [
    { id: 'a', state: 'resolved' },
    { id: 'b', state: 'open' },
  ]);
  t.end();
});

void t.test('incidentRecords() has none where nothing ever happened', (t) => {
  t.same(incidentRecords(t.testdir({})), []);
  t.end();
});
