import t from 'tap';
import { Promises } from '../../../../workers/audio/fillers/promises.ts';

void t.test('Promises is due once an answer has been waited for, until its sound comes', (t) => {
  const promises = new Promises();
  promises.add('u:a', 0);
  t.notOk(promises.isDue(699, 700));
  t.ok(promises.isDue(700, 700));
  promises.add('u:b', 500);
  promises.arrived('u:a');
  t.notOk(promises.isDue(1_199, 700));
  t.ok(promises.isDue(1_200, 700));
  promises.arrived('u:b');
  t.notOk(promises.isDue(5_000, 700));
  t.end();
});

void t.test('Promises is satisfied by one word about all of them, and soon after it about others', (t) => {
  const promises = new Promises();
  promises.add('u:a', 0);
  promises.add('u:b', 0);
  promises.spoken(1_000);
  promises.add('u:a', 1_100);
  promises.add('u:c', 1_100);
  t.notOk(promises.isDue(4_900, 700), 'two close together sound like a machine');
  t.ok(promises.isDue(5_000, 700));
  promises.arrived('u:c');
  t.notOk(promises.isDue(5_000, 700), 'the others are not asked about again');
  t.end();
});

void t.test('Promises forgets what was never kept, and what is too much', (t) => {
  const promises = new Promises();
  promises.add('u:a', 0);
  t.notOk(promises.isDue(10_000, 700));
  for (let n = 0; n < 60; n++) promises.add(`u:${n}`, 20_000);
  for (let n = 10; n < 60; n++) promises.arrived(`u:${n}`);
  t.notOk(promises.isDue(21_000, 700), 'the oldest ten fell off');
  promises.arrived('u:early');
  promises.add('u:early', 21_000);
  t.notOk(promises.isDue(22_000, 700), 'its sound was faster than its promise');
  t.end();
});
