import t from 'tap';
import { archiveName, isArchiveName } from '../../../ops/backup/archive.ts';

void t.test('archiveName() has no colon, sorts by time, and is known again', (t) => {
  const early = archiveName('2026-01-31T18:05:09.123Z', 'full');
  const late = archiveName('2026-01-31T18:05:10.001Z', 'incremental');
  t.equal(early, 'onair-2026-01-31T18-05-09-123Z-full.ndjson.gz');
  t.ok(early < late);
  t.ok([early, late].every(isArchiveName));
  t.notOk(['notes.txt', `${early}.partial`, `x${early}`].some(isArchiveName));
  t.end();
});
