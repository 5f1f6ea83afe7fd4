import t from 'tap';
import { makeCast } from '../../../../../ops/sim/douyin-room/scenario/cast.ts';
import { makeChatLine } from '../../../../../ops/sim/douyin-room/scenario/chat-lines.ts';
import { SeededRandom } from '../../../../../ops/sim/douyin-room/scenario/seeded-random.ts';

void t.test('makeCast() makes as many people as asked, of different names', async (t) => {
  for (const size of [1, 40, 2000]) {
    const cast = makeCast(new SeededRandom(3), size);
    t.equal(cast.length, size);
    t.same(makeCast(new SeededRandom(3), size), cast);
  }
  const named = makeCast(new SeededRandom(3), 40).filter(({ id }) => id !== '111111');
  t.equal(new Set(named.map(({ nickname }) => nickname)).size, named.length);
  t.ok(named.length < 40, 'some are guests');
});

void t.test('makeChatLine() never says nothing', async (t) => {
  const random = new SeededRandom(1);
  const lines = Array.from({ length: 2000 }, () => makeChatLine(random));
  t.ok(lines.every((line) => line.length > 0));
  t.ok(new Set(lines).size > 50);
});

void t.test('SeededRandom spreads evenly and stays within its bounds', async (t) => {
  const random = new SeededRandom(9);
  const buckets = Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count++) {
    const index = random.whole(0, 9);
    buckets[index] = (buckets[index] ?? 0) + 1;
  }
  t.equal(buckets.length, 10);
  t.ok(
    buckets.every((found) => found > 850 && found < 1150),
    buckets.join(' '),
  );
});
