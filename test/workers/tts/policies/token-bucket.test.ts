import t from 'tap';
import { fullBucket, returnToken, takeToken } from '../../../../workers/tts/policies/token-bucket.ts';
import { seeded } from '../../../supervisor/seeded.ts';

const rate = { capacity: 2, perSecond: 10 };

void t.test('takeToken() lets as many through at once as it holds, then one after another', (t) => {
  let bucket = fullBucket(rate, 0);
  const waits: number[] = [];
  for (let index = 0; index < 4; index++) {
    const result = takeToken(bucket, rate, { now: 0, maxWaitMs: 1_000 });
    bucket = result.bucket;
    waits.push(result.waitMs);
  }
  t.same(waits, [0, 0, 100, 200]);
  t.equal(takeToken(bucket, rate, { now: 400, maxWaitMs: 0 }).taken, true, 'it has filled meanwhile');
  t.end();
});

void t.test('takeToken() takes none that would come too late', (t) => {
  const empty = { tokens: 0, at: 0 };
  const late = takeToken(empty, rate, { now: 0, maxWaitMs: 99 });
  t.match(late, { taken: false, waitMs: 100, bucket: empty });
  t.end();
});

void t.test('returnToken() gives back what nobody used, and never more than it holds', (t) => {
  t.equal(returnToken({ tokens: -1, at: 0 }, rate).tokens, 0);
  t.equal(returnToken({ tokens: 2, at: 0 }, rate).tokens, 2);
  t.end();
});

void t.test('takeToken() never lets more through than capacity and rate allow', (t) => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed);
    let bucket = fullBucket(rate, 0);
    let now = 0;
    const sent: number[] = [];
    for (let index = 0; index < 60; index++) {
      now += Math.floor(random() * 120);
      const result = takeToken(bucket, rate, { now, maxWaitMs: random() * 500 });
      bucket = result.bucket;
      if (result.taken) sent.push(now + result.waitMs);
    }
    for (const [first, from] of sent.entries()) {
      for (let last = first; last < sent.length; last++) {
        const allowed = rate.capacity + (((sent[last] ?? 0) - from) * rate.perSecond) / 1_000;
        if (last - first + 1 > allowed + 1) t.fail(`seed ${seed}: ${last - first + 1} from ${from}`);
      }
      if (first > 0 && from < (sent[first - 1] ?? 0)) t.fail(`seed ${seed}: out of order`);
    }
  }
  t.end();
});
