import t from 'tap';
import { MessageIds } from '../../../workers/ingest/message-ids.ts';
import { seeded } from '../../supervisor/seeded.ts';

void t.test('add() is true for the first of an id only', (t) => {
  const ids = new MessageIds();
  t.equal(ids.add('7260517442466662207', 0), true);
  t.equal(ids.add('7260517442466662207', 1), false);
  t.equal(ids.add('7260517442466662208', 2), true, 'beyond 2^53 neighbours are not the same');
  t.end();
});

void t.test('add() forgets an id ten minutes after it was first seen', (t) => {
  const ids = new MessageIds();
  ids.add('a', 0);
  t.equal(ids.add('a', 599_999), false);
  t.equal(ids.add('a', 600_000), true);
  t.end();
});

void t.test('add() holds twenty thousand ids and no more', (t) => {
  const ids = new MessageIds();
  for (let index = 0; index < 20_000; index++) ids.add(`id${index}`, 0);
  t.equal(ids.add('id0', 0), false);
  ids.add('one more', 0);
  t.equal(ids.size, 20_000);
  t.equal(ids.add('id1', 0), false);
  t.equal(ids.add('id0', 0), true, 'the oldest made room');
  t.end();
});

void t.test('add() holds twenty thousand numbers and no more', (t) => {
  const ids = new MessageIds();
  const number = (index: number) => String(7_260_517_442_466_662_207n + BigInt(index));
  for (let index = 0; index < 20_000; index++) ids.add(number(index), 0);
  t.equal(ids.add(number(0), 0), false);
  ids.add(number(20_000), 0);
  t.equal(ids.size, 20_000);
  t.equal(ids.add(number(1), 0), false);
  t.equal(ids.add(number(0), 0), true, 'the oldest made room');
  t.end();
});

void t.test(
  'addOldest() takes in what is older until there is no room for it, and pushes nothing out',
  (t) => {
    for (const id of [(index: number) => String(1_000 + index), (index: number) => `id${index}`]) {
      const ids = new MessageIds({ maxIds: 100 });
      for (let index = 150; index < 180; index++) ids.add(id(index), 5);
      for (let index = 149; index >= 80; index--) t.equal(ids.addOldest(id(index), 5), true);
      t.equal(ids.addOldest(id(79), 5), false);
      t.equal(ids.addOldest(id(100), 5), true, 'it is known');
      t.equal(ids.size, 100);
      for (let index = 180; index < 210; index++) t.equal(ids.add(id(index), 6), true);
      for (let index = 110; index < 210; index++) t.equal(ids.add(id(index), 6), false);
      t.equal(ids.add(id(109), 6), true, 'the oldest made room first');
    }
    t.end();
  },
);

void t.test('add() takes numbers that have most of their bits in common as fast as any', (t) => {
  const ids = new MessageIds({ maxIds: 100_000 });
  // Were they all looked for in one place, this would take a quarter of an hour.
  const number = (index: number) => String((BigInt(index) << 32n) * 1_000_000_000n);
  for (let index = 1; index <= 200_000; index++) ids.add(number(index), 0);
  t.equal(ids.size, 100_000);
  t.end();
});

void t.test('add() tells apart whatever is not the same text', (t) => {
  const ids = new MessageIds();
  const all = [
    '0',
    '00',
    '7',
    '07',
    '007',
    '',
    ' 7',
    '7 ',
    '-7',
    '7.0',
    '7e0',
    '٧',
    '7-1',
    '9007199254740993',
    '9007199254740992',
  ];
  const long = [
    '9'.repeat(24),
    '9'.repeat(25),
    `1${'0'.repeat(23)}`,
    `1${'0'.repeat(24)}`,
    '18446744073709551615',
  ];
  for (const id of [...all, ...long]) t.equal(ids.add(id, 0), true, `"${id}" is new`);
  for (const id of [...all, ...long]) t.equal(ids.add(id, 0), false, `"${id}" is known`);
  t.end();
});

void t.test('add() and addOldest() do what a plain list does, for any ids in any order', (t) => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seeded(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const maxIds = 1 + below(150);
    const ids = new MessageIds({ maxIds, maxAgeMs: 300 });
    let list: { id: string; at: number }[] = [];
    let now = 0;
    const differ = Array.from({ length: 1_500 }, () => {
      now += below(4);
      const number = 4_294_967_296_000n + BigInt(below(400)) * 3_000_000_000n;
      const id = seed % 2 === 0 ? `${number}` : `${number}-`;
      if (below(4) === 0) {
        const isKnown = list.some((known) => known.id === id);
        const hasRoom = isKnown || list.length < maxIds;
        if (hasRoom && !isKnown) list = [{ id, at: now }, ...list];
        return ids.addOldest(id, now) !== hasRoom || ids.size !== list.length;
      }
      // Who is asked for what is old asks the oldest only.
      while (list[0] && now >= list[0].at + 300) list.shift();
      const isNew = list.every((known) => known.id !== id);
      if (isNew) list = [...list, { id, at: now }].slice(-maxIds);
      return ids.add(id, now) !== isNew || ids.size !== list.length;
    });
    t.equal(differ.indexOf(true), -1, `seed ${seed}, at most ${maxIds}`);
  }
  t.end();
});
