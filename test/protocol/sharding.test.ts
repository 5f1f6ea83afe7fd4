import t from 'tap';
import { everything, isInShare, shareOf, usefulShares } from '../../protocol/sharding.ts';

const rooms = (count: number) => Array.from({ length: count }, (_, number) => `room-${number + 1}`);

void t.test('shareOf() gives each room to exactly one share, and always to the same', (t) => {
  for (const count of [1, 2, 3, 4, 16])
    for (const room of rooms(200)) {
      const holders = Array.from({ length: count }, (_, index) => ({ index, of: count })).filter((share) =>
        isInShare(room, share),
      );
      t.same(holders, [{ index: shareOf(room, count), of: count }]);
    }
  t.ok(rooms(50).every((room) => isInShare(room, everything)));
  t.end();
});

void t.test('shareOf() spreads rooms evenly, also when their names are almost the same', (t) => {
  for (const count of [2, 3, 4, 8]) {
    const sizes = new Map<number, number>();
    for (const room of rooms(1_000))
      sizes.set(shareOf(room, count), (sizes.get(shareOf(room, count)) ?? 0) + 1);
    t.equal(sizes.size, count);
    for (const size of sizes.values())
      t.ok(Math.abs(size - 1_000 / count) < 0.2 * (1_000 / count), `${size} of ${1_000 / count}`);
  }
  t.end();
});

void t.test('shareOf() moves rooms to a new share only, and no more than it needs', (t) => {
  for (const count of [1, 2, 3, 7]) {
    const moved = rooms(1_000).filter((room) => shareOf(room, count) !== shareOf(room, count + 1));
    t.ok(moved.every((room) => shareOf(room, count + 1) === count));
    const fair = 1_000 / (count + 1);
    t.ok(moved.length < 1.2 * fair, `${moved.length} moved, ${fair} would be fair`);
  }
  t.end();
});

void t.test('usefulShares() leaves no share without a room', (t) => {
  t.equal(usefulShares([], 4), 1);
  t.equal(usefulShares(['only'], 4), 1);
  t.equal(usefulShares(rooms(100), 4), 4);
  for (let count = 1; count < 12; count++) {
    const shares = usefulShares(rooms(count), 4);
    t.equal(new Set(rooms(count).map((room) => shareOf(room, shares))).size, shares);
  }
  t.end();
});
