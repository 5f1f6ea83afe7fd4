import t from 'tap';
import { EndpointStatistics } from '../../../../workers/tts/policies/endpoint-statistics.ts';

const make = () => new EndpointStatistics({ engine: 'gsv', endpoint: 'gsv-1' });

void t.test('heard() keeps the latest first bytes, and those right after a restart apart', (t) => {
  const statistics = make();
  for (let index = 0; index < 8; index++) statistics.heard(100);
  t.equal(statistics.baselineP95Ms, 100);
  for (let index = 0; index < 40; index++) statistics.heard(300);
  t.equal(statistics.firstByteP95Ms, 300);
  t.equal(statistics.baselineP95Ms, 100);
  statistics.restarted();
  t.match(statistics, { firstByteP95Ms: 0, baselineP95Ms: 0, requestsSinceRestart: 0, restarts: 1 });
  t.end();
});

void t.test('heard() is not misled by one that was slow', (t) => {
  const statistics = make();
  for (let index = 0; index < 31; index++) statistics.heard(100);
  statistics.heard(9_000);
  t.equal(statistics.firstByteP95Ms, 100);
  t.end();
});

void t.test('judged() counts by reason, whatever figures it carries, in a bounded number of names', (t) => {
  const statistics = make();
  statistics.judged(false, ['120 ms, too short for 9 characters']);
  statistics.judged(false, ['95 ms, too short for 12 characters', 'clipped']);
  t.same(statistics.snapshot().rejects, { '# ms, too short for # characters': 2, clipped: 1 });
  for (const letter of 'abcdefghijklmnopqrstuvwxyzäöüß') statistics.judged(false, [letter]);
  const { rejects, rejected } = statistics.snapshot();
  t.equal(Object.keys(rejects).length, 25);
  t.equal(rejects['other'], 8);
  t.equal(rejected, 32);
  t.end();
});

void t.test('fault() counts sentinels in a row until a good sound', (t) => {
  const statistics = make();
  statistics.fault('sentinel');
  statistics.fault('sentinel');
  t.equal(statistics.sentinelsInARow, 2);
  statistics.judged(true, []);
  t.equal(statistics.sentinelsInARow, 0);
  t.same(statistics.snapshot().faults, { sentinel: 2 });
  t.end();
});
