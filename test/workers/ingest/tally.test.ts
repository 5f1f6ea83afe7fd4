import t from 'tap';
import { Tally, tallyNames } from '../../../workers/ingest/tally.ts';

void t.test('skipped() counts methods by name, a bounded number of plain names', (t) => {
  const counters: Record<string, number> = {};
  const tally = new Tally(counters);
  for (let index = 0; index < 1_000; index++) tally.skipped(`Webcast${index}Message`);
  tally.skipped('Webcast0Message');
  tally.skipped('__proto__ and <more>');
  t.equal(counters['unknownMethods'], 1_002);
  t.equal(counters['skipped:Webcast0Message'], 2);
  t.equal(counters['skipped:other'], 969);
  t.equal(Object.keys(counters).length, tallyNames.length + 32 + 1);
  t.end();
});
