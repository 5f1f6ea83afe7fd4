import t from 'tap';
import type { SpareAnswer } from '../../../../workers/reply/model/spare-writer.ts';
import { isShareUsed, waitAfter } from '../../../../workers/reply/rewriting/rewrite-pace.ts';

const rules = { perHour: 60, quietMs: 20_000 };
const text: SpareAnswer = {
  kind: 'text',
  text: '',
  isCut: false,
  beginsThinking: false,
  endpoint: 'm',
  tokens: 1,
};
const failed: SpareAnswer = { kind: 'failed', detail: '', retryAfterMs: 0, tokens: 1 };

void t.test('waitAfter() keeps to so many requests in an hour', (t) => {
  for (const random of [0, 0.5, 0.999]) {
    for (const answer of [text, failed, { kind: 'not-now', why: 'viewers', tokens: 9 } as const])
      t.ok(waitAfter(answer, { failures: 1, rules, random }) >= 60_000);
  }
  t.end();
});

void t.test(
  'waitAfter() backs off after failures, up to hours, and never sooner than it was asked to',
  (t) => {
    const waits = [1, 2, 3, 4, 50].map((failures) => waitAfter(failed, { failures, rules, random: 0 }));
    t.same(waits, [60_000, 60_000, 60_000, 120_000, 3_600_000]);
    const [least, most] = [0, 0.999].map((random) => waitAfter(failed, { failures: 9, rules, random }));
    t.ok((most ?? 0) > (least ?? 0), 'with jitter');
    const later = { ...failed, retryAfterMs: 7_200_000 };
    t.equal(waitAfter(later, { failures: 1, rules, random: 0 }), 7_200_000);
    t.end();
  },
);

void t.test('isShareUsed() leaves the rest of the day to viewers', (t) => {
  const use = (requests: number, tokens: number) => ({ day: '2026-11-28', requests, tokens });
  const none = { requests: 0, tokens: 0 };
  t.notOk(isShareUsed(use(9_999, 9_999), none, 0.2), 'there is no budget to share');
  t.notOk(isShareUsed(use(19, 0), { requests: 100, tokens: 0 }, 0.2));
  t.ok(isShareUsed(use(20, 0), { requests: 100, tokens: 0 }, 0.2));
  t.notOk(isShareUsed(use(0, 199), { requests: 0, tokens: 1_000 }, 0.2));
  t.ok(isShareUsed(use(0, 200), { requests: 0, tokens: 1_000 }, 0.2));
  t.ok(isShareUsed(use(0, 0), { requests: 100, tokens: 0 }, 0));
  t.end();
});
