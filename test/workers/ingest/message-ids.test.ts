import t from 'tap';
import { MessageIds } from '../../../workers/ingest/message-ids.ts';

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
