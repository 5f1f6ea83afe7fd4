import t from 'tap';
import { Snowflake } from '../../../../../ops/sim/douyin-room/wire/snowflake.ts';

void t.test('next() has the unix second in its upper half and 19 digits', async (t) => {
  const id = new Snowflake({ node: 8080 }).next(1_783_429_777_500);
  t.equal(id >> 32n, 1_783_429_777n);
  t.equal(`${id}`.length, 19);
});

void t.test('next() grows strictly, whatever the clock does', async (t) => {
  const ids = new Snowflake({ node: 1 });
  const clock = [...Array<number>(1000).fill(5000), 4000, 3000, 5001, 6000];
  const minted = clock.map((now) => ids.next(now));
  t.ok(minted.every((id, index) => index === 0 || id > (minted[index - 1] ?? 0n)));
});

void t.test('next() never meets the ids of another room, nor of the same room started later', async (t) => {
  const rooms = [{ node: 40_001 }, { node: 40_002 }].map((options) => new Snowflake(options));
  const minted = Array.from({ length: 500 }, () => rooms.map((ids) => ids.next(9_000))).flat();
  const later = new Snowflake({ node: 40_001 });
  const all = [...minted, ...Array.from({ length: 500 }, () => later.next(10_000))];
  t.equal(new Set(all).size, all.length);
});
