import t from 'tap';
import type { AttemptEnd } from '../../../workers/ingest/reconnect.ts';
import { nextAttempt, noTrouble } from '../../../workers/ingest/reconnect.ts';

const middle = 0.5;

function waits(ends: AttemptEnd[]): number[] {
  let trouble = noTrouble;
  return ends.map((end) => {
    const next = nextAttempt(trouble, end, middle);
    trouble = next.trouble;
    return next.waitMs;
  });
}
const failed: AttemptEnd = { kind: 'failed' };
const lost = (alive: boolean, waitMs = 0): AttemptEnd => ({ kind: 'lost', alive, waitMs });

const tables: { name: string; ends: AttemptEnd[]; expected: number[] }[] = [
  {
    name: 'doubles after failures, up to a minute',
    ends: Array<AttemptEnd>(9).fill(failed),
    expected: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000],
  },
  {
    name: 'begins anew after a feed that said something',
    ends: [failed, failed, failed, lost(true), failed],
    expected: [1_000, 2_000, 4_000, 1_000, 2_000],
  },
  {
    name: 'goes on after feeds that said nothing',
    ends: [lost(false), lost(false)],
    expected: [1_000, 2_000],
  },
  { name: 'waits as long as the server asked', ends: [lost(true, 5_000)], expected: [5_000] },
  {
    name: 'tries a refusal once more, then once a minute',
    ends: [{ kind: 'blocked' }, { kind: 'blocked' }, { kind: 'blocked' }],
    expected: [1_000, 60_000, 60_000],
  },
  {
    name: 'polls a room that is off the air',
    ends: [{ kind: 'offline' }, { kind: 'offline' }],
    expected: [22_500, 22_500],
  },
  { name: 'waits for the next broadcast', ends: [{ kind: 'ended' }], expected: [22_500] },
  { name: 'asks rarely for a room that is not there', ends: [{ kind: 'not-found' }], expected: [60_000] },
];

for (const { name, ends, expected } of tables) {
  void t.test(`nextAttempt() ${name}`, (t) => {
    t.same(waits(ends), expected);
    t.end();
  });
}

void t.test('nextAttempt() stays within its jitter and never gives up', (t) => {
  let trouble = noTrouble;
  for (let index = 0; index < 5_000; index++) {
    const random = (index % 100) / 100;
    const next = nextAttempt(trouble, index % 3 === 0 ? { kind: 'blocked' } : failed, random);
    trouble = next.trouble;
    if (!(next.waitMs >= 750 && next.waitMs <= 75_000)) t.fail(`waits ${next.waitMs} ms`);
    const poll = nextAttempt(trouble, { kind: 'offline' }, random).waitMs;
    if (!(poll >= 15_000 && poll <= 30_000)) t.fail(`polls after ${poll} ms`);
  }
  t.end();
});
