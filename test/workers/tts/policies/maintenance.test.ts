import t from 'tap';
import type { RestartFacts } from '../../../../workers/tts/policies/maintenance.ts';
import { judgeRestart } from '../../../../workers/tts/policies/maintenance.ts';

const rules = { enabled: true, afterRequests: 2_000, maxMemoryMb: 12_000, idleMs: 3_000 };
const well: RestartFacts = {
  now: 1_000_000,
  requestsSinceRestart: 100,
  firstByteP95Ms: 300,
  baselineP95Ms: 250,
  judged: 30,
  rejected: 1,
  sentinelsInARow: 0,
  memoryMb: 4_000,
  isOccupied: false,
  lastRequestAt: 990_000,
  isSiblingRenewing: false,
  isServedMeanwhile: true,
  isReplaced: true,
  attempts: 0,
  lastAttemptAt: -Infinity,
};
const judge = (changes: Partial<RestartFacts>) => judgeRestart({ ...well, ...changes }, rules);

void t.test('judgeRestart() says why a server decays', (t) => {
  t.equal(judge({}), '');
  t.equal(judge({ requestsSinceRestart: 2_000 }), 'requests');
  t.equal(judge({ firstByteP95Ms: 501 }), 'slow');
  t.equal(judge({ firstByteP95Ms: 501, baselineP95Ms: 0 }), '', 'nobody knows how it was');
  t.equal(judge({ rejected: 7 }), 'rejects');
  t.equal(judge({ memoryMb: 12_001 }), 'memory');
  t.equal(judge({ memoryMb: 0 }), '', 'not known');
  t.equal(judgeRestart({ ...well, memoryMb: 99_000 }, { ...rules, maxMemoryMb: 0 }), '');
  t.equal(judge({ judged: 5, rejected: 5 }), '', 'too few to tell');
  t.equal(judge({ sentinelsInARow: 2 }), 'sentinels');
  t.equal(judgeRestart({ ...well, requestsSinceRestart: 9_999 }, { ...rules, afterRequests: 0 }), '');
  t.end();
});

void t.test('judgeRestart() waits until nobody asks, unless it is urgent', (t) => {
  t.equal(judge({ requestsSinceRestart: 2_000, lastRequestAt: 998_000 }), '');
  t.equal(judge({ memoryMb: 20_000, lastRequestAt: 998_000 }), '');
  t.equal(judge({ sentinelsInARow: 2, lastRequestAt: 999_999 }), 'sentinels');
  const alone = { memoryMb: 20_000, isReplaced: false };
  t.equal(judge({ ...alone, lastRequestAt: 981_000 }), '', 'nobody else has that voice');
  t.equal(judge({ ...alone, lastRequestAt: 980_000 }), 'memory');
  t.end();
});

void t.test(
  'judgeRestart() restarts nothing that works, nothing beside another, nothing that nobody replaces',
  (t) => {
    const urgent = { sentinelsInARow: 2 };
    t.equal(judge({ ...urgent, isOccupied: true }), '');
    t.equal(judge({ ...urgent, isSiblingRenewing: true }), '');
    t.equal(judge({ ...urgent, isServedMeanwhile: false }), '');
    t.equal(judgeRestart({ ...well, ...urgent }, { ...rules, enabled: false }), '');
    t.end();
  },
);

void t.test('judgeRestart() tries again at growing distances, of ten minutes at the most', (t) => {
  const due = (attempts: number, agoMs: number) =>
    judge({ sentinelsInARow: 2, attempts, lastAttemptAt: well.now - agoMs }) !== '';
  t.same([due(1, 9_999), due(1, 10_000)], [false, true]);
  t.same([due(3, 39_999), due(3, 40_000)], [false, true]);
  t.same([due(40, 599_999), due(40, 600_000)], [false, true]);
  t.end();
});
