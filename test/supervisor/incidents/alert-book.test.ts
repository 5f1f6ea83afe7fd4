import t from 'tap';
import { AlertBook, alertKey } from '../../../supervisor/incidents/alert-book.ts';
import type { IncidentRecord } from '../../../supervisor/incidents/incident-record.ts';
import { DeskRun } from './fixtures.ts';

const minute = 60_000;

function incident(id: string, change: Partial<IncidentRecord> = {}): IncidentRecord {
  const run = new DeskRun();
  run.signal('tts', 'exited');
  const [record] = run.desk.open;
  if (!record) throw new Error('There is no incident');
  return { ...record, id, summary: `summary of ${id}`, ...change };
}

const levels = (tells: { level: string; text: string }[]) =>
  tells.map(({ level, text }) => `${level}: ${text}`);

void t.test('raise() tells the first at once, and speaks for the others with the same key later', (t) => {
  const book = new AlertBook();
  t.same(levels(book.raise('k', incident('a'), 0)), ['warning: summary of a']);
  t.same(book.raise('k', incident('b'), 10), []);
  t.same(levels(book.raise('other', incident('c'), 20)), ['warning: summary of c']);
  t.same(book.due(minute - 1), []);
  t.same(levels(book.due(minute + 50)), [
    'warning: summary of a (and 1 more for the same reason)',
    'warning: summary of c',
  ]);
  t.same(book.settle('k', incident('a'), 70_000), [], 'one of two is not the end');
  t.same(levels(book.settle('k', incident('b'), 80_000)), ['recovered: summary of b']);
  t.same(book.settle('k', incident('b'), 90_000), [], 'told once');
  t.end();
});

void t.test('raise() tells at once when a warning turns critical, once', (t) => {
  const book = new AlertBook();
  const grave = incident('a', { severity: 'critical' });
  book.raise('k', incident('a'), 0);
  t.same(levels(book.raise('k', grave, 1_000)), ['critical: summary of a']);
  t.same(book.raise('k', grave, 2_000), []);
  t.end();
});

void t.test(
  'raise() does not ring for what comes and goes, yet tells an outage after a recovery within a minute',
  (t) => {
    const book = new AlertBook();
    const grave = incident('a', { severity: 'critical' });
    book.raise('k', grave, 0);
    t.equal(book.settle('k', grave, 3_000).length, 1);
    let told = 0;
    for (let at = 310_000; at < 800_000; at += 10_000) {
      told += book.raise('k', grave, at).length + book.due(at + 100).length;
      told += book.settle('k', grave, at + 3_000).length;
    }
    t.equal(told, 2, 'the message due since the fifth minute, and its recovery');
    t.same(book.raise('k', grave, 800_000), []);
    t.same(book.due(859_900), []);
    t.equal(book.due(860_000).length, 1);
    t.end();
  },
);

void t.test('raise() begins anew after a long calm', (t) => {
  const book = new AlertBook();
  book.raise('k', incident('a'), 0);
  book.settle('k', incident('a'), 3_000);
  t.same(book.raise('k', incident('b'), 10_000), []);
  t.same(book.settle('k', incident('b'), 13_000), [], 'nothing was told, so no end either');
  t.equal(book.raise('k', incident('c'), 3_000 + 15 * minute).length, 1);
  t.end();
});

void t.test('urge() tells news between the times, but not twice within a minute', (t) => {
  const book = new AlertBook();
  book.raise('k', incident('a'), 0);
  t.same(book.urge('k', incident('a'), 30_000), []);
  t.equal(book.due(minute).length, 1);
  t.equal(book.urge('k', incident('a'), 3 * minute).length, 1);
  t.equal(book.urge('unknown', incident('b'), 3 * minute).length, 1);
  t.end();
});

void t.test('due() goes on hourly, and is not confused by a clock that is set back', (t) => {
  const book = new AlertBook();
  book.raise('k', incident('a'), 100 * minute);
  t.equal(book.due(200 * minute).length, 1);
  t.same(book.due(259 * minute), []);
  t.equal(book.due(260 * minute).length, 1);
  t.same(book.due(10 * minute), []);
  t.equal(book.due(70 * minute).length, 1);
  t.end();
});

void t.test('alertKey() is role, cause and kind of problem', (t) => {
  const cause = { component: 'bus', what: '', at: 0, confidence: 1, why: '' };
  const own = { ...cause, component: 'audio:a' };
  const of = (component: string, probableCause: typeof cause) =>
    alertKey(incident('a', { component, probableCause }), 'process');
  t.equal(of('audio:a', cause), of('audio:b', cause));
  t.not(of('audio:a', own), of('audio:b', { ...own, component: 'audio:b' }));
  t.not(of('audio:a', cause), of('tts', cause));
  t.end();
});
