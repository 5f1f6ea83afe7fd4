import t from 'tap';
import { nextDeadline } from '../../../../workers/tts/http/deadlines.ts';

const deadlines = { connectMs: 10, firstByteMs: 50, gapMs: 20, totalMs: 100 };

void t.test('nextDeadline() is that of the part, until the whole is due before it', (t) => {
  const cases = [
    { part: 'connecting', since: 0, fault: 'connect-timeout', dueAt: 10 },
    { part: 'waiting', since: 10, fault: 'first-byte-timeout', dueAt: 60 },
    { part: 'waiting', since: 60, fault: 'total-timeout', dueAt: 100 },
    { part: 'receiving', since: 80, fault: 'gap-timeout', dueAt: 100 },
    { part: 'receiving', since: 81, fault: 'total-timeout', dueAt: 100 },
  ] as const;
  for (const { fault, dueAt, ...progress } of cases)
    t.match(nextDeadline({ begunAt: 0, ...progress }, deadlines), { fault, dueAt }, fault);
  t.end();
});

void t.test('nextDeadline() says how long was waited', (t) => {
  const { message } = nextDeadline({ begunAt: 7, part: 'waiting', since: 7 }, deadlines);
  t.equal(message, 'no first byte within 50 ms');
  t.end();
});
