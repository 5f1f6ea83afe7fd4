import t from 'tap';
import type { Backoff, Failure } from '../../supervisor/backoff.ts';
import { afterFailure, noBackoff, whileHealthy } from '../../supervisor/backoff.ts';

/** The delays of one failure after the other, each as soon as it has been tried again, with the longest jitter. */
function delays(count: number, failure: Failure): { delays: number[]; backoff: Backoff } {
  let backoff = noBackoff;
  let now = 1_000;
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const next = afterFailure(backoff, now, 0.999_999, failure);
    backoff = next.backoff;
    found.push(next.delayMs);
    now += next.delayMs + failure.ranMs;
  }
  return { delays: found, backoff };
}

void t.test(
  'afterFailure() is immediate once, doubles, and ends in quarantine, which is never given up',
  (t) => {
    const early = delays(9, { ranMs: 0, killed: false });
    t.same(early.delays.slice(0, 5), [0, 250, 500, 1_000, 2_000]);
    t.same(early.delays.slice(5), [28_000, 28_000, 28_000, 28_000]);
    t.equal(early.backoff.quarantined, true);
    t.end();
  },
);

void t.test(
  'afterFailure() is quick with one that had been working, and with one that somebody kills',
  (t) => {
    t.ok(Math.max(...delays(40, { ranMs: 6_000, killed: false }).delays) <= 2_000);
    const killed = delays(30, { ranMs: 1_500, killed: true });
    t.ok(Math.max(...killed.delays) <= 500);
    t.equal(killed.backoff.quarantined, false);
    t.end();
  },
);

void t.test('afterFailure() is as quick with one that had kept failing and works again', (t) => {
  const { backoff } = delays(9, { ranMs: 0, killed: false });
  const now = backoff.since + 40_000;
  const after = (failure: Failure) => afterFailure(backoff, now, 0.999_999, failure);
  t.match(after({ ranMs: 1_500, killed: true }), { delayMs: 250, isHeldBack: false });
  t.match(after({ ranMs: 6_000, killed: false }), { delayMs: 2_000, isHeldBack: false });
  t.match(after({ ranMs: 1_500, killed: false }), { delayMs: 28_000, isHeldBack: true });
  t.match(after({ ranMs: 100, killed: true }), { delayMs: 28_000, isHeldBack: true });
  t.equal(after({ ranMs: 6_000, killed: false }).backoff.quarantined, true, 'it has not proved itself yet');
  t.end();
});

void t.test('afterFailure() soon holds back what takes long to fail at its start', (t) => {
  const failuresUntilHeldBack = (triedMs: number): number => {
    let backoff = noBackoff;
    for (let [count, now] = [1, 1_000]; count < 100; count++) {
      now += triedMs;
      const next = afterFailure(backoff, now, 0.999_999, { ranMs: 0, killed: false, triedMs });
      if (next.isHeldBack) return count;
      backoff = next.backoff;
      now += next.delayMs;
    }
    return Infinity;
  };
  t.equal(failuresUntilHeldBack(0), 6);
  t.equal(failuresUntilHeldBack(15_000), 2);
  for (let triedMs = 500; triedMs <= 30_000; triedMs += 500) {
    const count = failuresUntilHeldBack(triedMs);
    t.ok(count >= 2, 'once is no habit');
    t.ok(count * triedMs <= 60_000, `${count} starts of ${triedMs} ms`);
  }
  t.end();
});

void t.test('afterFailure() counts a start that has failed as part of its longest delay', (t) => {
  const { backoff } = delays(9, { ranMs: 0, killed: false });
  const after = (triedMs: number) =>
    afterFailure(backoff, backoff.since + 1, 0, { ranMs: 0, killed: false, triedMs }).delayMs;
  t.same([after(0), after(5_000), after(15_000)], [14_000, 9_000, 0]);
  t.end();
});

void t.test('whileHealthy() halves the level after a minute and clears it after five', (t) => {
  const { backoff } = delays(7, { ranMs: 0, killed: false });
  const since = backoff.since + 1_000;
  t.equal(whileHealthy(backoff, since, since + 59_999), backoff);
  const halved = whileHealthy(backoff, since, since + 60_000);
  t.match(halved, { level: 3, quarantined: false });
  t.equal(whileHealthy(halved, since, since + 119_999), halved);
  t.equal(whileHealthy(halved, since, since + 120_000).level, 1);
  t.match(whileHealthy(backoff, since, since + 300_000), { level: 0, failures: [], quarantined: false });
  t.end();
});
