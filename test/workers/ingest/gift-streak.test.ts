import t from 'tap';
import type { GiftMessage } from '../../../workers/ingest/gift-streak.ts';
import { GiftStreaks, streakKey, untoldGroup } from '../../../workers/ingest/gift-streak.ts';

const key = streakKey('viewer', 'rose', '1638052413');
const gift = (total: number, end = false, of = key): GiftMessage => ({ key: of, total, end });

const tables: { name: string; messages: GiftMessage[]; counts: number[] }[] = [
  { name: 'a single gift and its end copy', messages: [gift(1), gift(1, true)], counts: [1, 0] },
  {
    name: 'each press of a streak',
    messages: [gift(1), gift(2), gift(3), gift(3, true)],
    counts: [1, 1, 1, 0],
  },
  { name: 'values that were skipped', messages: [gift(1), gift(5), gift(9)], counts: [1, 4, 4] },
  { name: 'repeats of one value', messages: [gift(2), gift(2), gift(2)], counts: [2, 0, 0] },
  { name: 'values out of order', messages: [gift(3), gift(1), gift(2), gift(4)], counts: [3, 0, 0, 1] },
  { name: 'only an end', messages: [gift(7, true)], counts: [7] },
  { name: 'an end that brings more', messages: [gift(2), gift(5, true)], counts: [2, 3] },
  { name: 'a straggler after the end', messages: [gift(5, true), gift(4), gift(5)], counts: [5, 0, 0] },
  {
    name: 'a preset of 520 at one press',
    messages: [gift(520), gift(1040), gift(1040, true)],
    counts: [520, 520, 0],
  },
  { name: 'no count at all', messages: [gift(0)], counts: [1] },
  {
    name: 'two viewers whose streaks have the same number',
    messages: [gift(2), gift(3, false, streakKey('other', 'rose', '1638052413')), gift(3)],
    counts: [2, 3, 1],
  },
  {
    name: 'two gifts of one viewer in the same second',
    messages: [gift(2), gift(3, false, streakKey('viewer', 'heart', '1638052413'))],
    counts: [2, 3],
  },
  {
    name: 'gifts without a streak number, and their end copies',
    messages: [1, 1, 1].flatMap((total) => [
      gift(total, false, streakKey('viewer', 'rose', '0')),
      gift(total, true, streakKey('viewer', 'rose', '0')),
    ]),
    counts: [1, 0, 1, 0, 1, 0],
  },
  {
    name: 'values out of order in a streak whose number is not passed on, and the next one',
    messages: [gift(1), gift(3), gift(2), gift(4), gift(4, true), gift(1), gift(1, true), gift(2)].map(
      ({ total, end }) => gift(total, end, streakKey('viewer', 'rose', untoldGroup)),
    ),
    counts: [1, 2, 0, 1, 0, 1, 0, 2],
  },
  {
    name: 'single gifts whose streak is not passed on',
    messages: [1, 1, 3, 1].map((total) => gift(total, false, streakKey('viewer', 'rose', untoldGroup))),
    counts: [1, 1, 2, 1],
  },
  {
    name: 'messages that stand for themselves',
    messages: [gift(2, false, ''), gift(2, false, '')],
    counts: [2, 2],
  },
];

for (const { name, messages, counts } of tables) {
  void t.test(`count() counts once: ${name}`, (t) => {
    const streaks = new GiftStreaks();
    t.same(
      messages.map((message, index) => streaks.count(message, index)),
      counts,
    );
    t.end();
  });
}

void t.test('count() adds up to the highest total in any order, with repeats', (t) => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed);
    const streaks = new GiftStreaks();
    const sums = new Map<string, number>();
    const highest = new Map<string, number>();
    for (let index = 0; index < 60; index++) {
      const of = streakKey(`viewer${Math.floor(random() * 3)}`, `gift${Math.floor(random() * 2)}`, '9');
      const total = 1 + Math.floor(random() * 40);
      const count = streaks.count({ key: of, total, end: random() < 0.1 }, index);
      if (count < 0) t.fail(`seed ${seed}: count ${count}`);
      sums.set(of, (sums.get(of) ?? 0) + count);
      highest.set(of, Math.max(highest.get(of) ?? 0, total));
    }
    if (JSON.stringify([...sums]) !== JSON.stringify([...highest])) t.same(sums, highest, `seed ${seed}`);
  }
  t.end();
});

void t.test('count() remembers a streak for its time, and no more streaks than it may', (t) => {
  const streaks = new GiftStreaks({ maxStreaks: 100, ttlMs: 30_000 });
  t.equal(streaks.count(gift(3), 0), 3);
  t.equal(streaks.count(gift(4), 29_000), 1);
  t.equal(streaks.count(gift(4), 58_000), 0, 'each message keeps it alive');
  t.equal(streaks.count(gift(4), 88_000), 4, 'forgotten');
  for (let index = 0; index < 1_000; index++) streaks.count(gift(1, false, `k${index}`), 88_000);
  t.equal(streaks.size, 100);
  t.end();
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

void t.test('count() begins anew when less comes of a streak that was left without its end', (t) => {
  const streaks = new GiftStreaks();
  const untold = (total: number) => gift(total, false, streakKey('viewer', 'rose', untoldGroup));
  t.equal(streaks.count(untold(10), 0), 10);
  t.equal(streaks.count(untold(9), 1_000), 0);
  t.equal(streaks.count(untold(5), 6_000), 5, 'five seconds of silence end a streak');
  t.end();
});
