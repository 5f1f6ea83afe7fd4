import t from 'tap';
import { noBackoff } from '../../supervisor/backoff.ts';
import { afterLoss } from '../../supervisor/nats-restart.ts';

void t.test('afterLoss() starts a server that was killed at once, however often', (t) => {
  let backoff = noBackoff;
  for (let now = 0; now < 100_000; now += 1_000) {
    const next = afterLoss(backoff, { ranMs: 900, killed: true }, now, 0.99);
    t.equal(next.delayMs, 0);
    backoff = next.backoff;
  }
  t.end();
});

void t.test('afterLoss() starts at once the first time, then within 2 s, and never gives up', (t) => {
  let { delayMs, backoff } = afterLoss(noBackoff, { ranMs: 10, killed: false }, 0, 0.99);
  t.equal(delayMs, 0);
  for (let now = 1_000; now < 1_000_000; now += 1_000) {
    ({ delayMs, backoff } = afterLoss(backoff, undefined, now, 0.99));
    if (delayMs <= 0 || delayMs > 2_000) t.fail(`waits for ${delayMs} ms`);
  }
  t.ok(delayMs > 1_900);
  t.end();
});
