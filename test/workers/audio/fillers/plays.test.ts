import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { Plays } from '../../../../workers/audio/fillers/plays.ts';

const log = pino({ level: 'silent' });

void t.test('Plays knows the order over restarts, and puts what was heard since behind it', async (t) => {
  const file = join(t.testdir(), 'plays.json');
  const first = new Plays({ file, log, mayWrite: () => true });
  await first.load();
  for (const key of ['a', 'b', 'c', 'a']) first.add(key);
  await first.written();
  const second = new Plays({ file, log, mayWrite: () => true });
  second.add('b');
  await second.load();
  t.strictSame(second.keys, ['c', 'a', 'b']);
  await second.load();
  t.strictSame(second.keys, ['c', 'a', 'b']);
});

void t.test('Plays begins anew when its file is damaged, and is bounded', async (t) => {
  const file = join(t.testdir(), 'plays.json');
  writeFileSync(file, '{"not":"a list"');
  const plays = new Plays({ file, log, mayWrite: () => true });
  await plays.load();
  t.strictSame(plays.keys, []);
  for (let n = 0; n < 2_000; n++) plays.add(`${n}`);
  t.equal(plays.keys.length, 512);
  t.equal(plays.keys.at(-1), '1999');
  await plays.written();
});

void t.test('Plays writes nothing where somebody else may write', async (t) => {
  const file = join(t.testdir(), 'plays.json');
  const spare = new Plays({ file, log, mayWrite: () => false });
  spare.add('a');
  await spare.written();
  const after = new Plays({ file, log, mayWrite: () => true });
  await after.load();
  t.strictSame(after.keys, []);
});
