import t from 'tap';
import { DiskIndex } from '../../../../workers/tts/cache/disk-index.ts';
import { nameEntry } from '../../../../workers/tts/cache/entry-name.ts';
import { storedOf } from './sounds.ts';

const now = 1_790_000_000_000;

void t.test('DiskIndex counts bytes and files, each once', (t) => {
  const index = new DiskIndex();
  t.equal(index.add(storedOf('a'), { bytes: 10, heat: now }), undefined);
  t.equal(index.add(storedOf('a'), { bytes: 10, heat: now }), undefined);
  index.add(storedOf('b'), { bytes: 5, heat: now });
  t.same([index.bytes, index.size], [15, 2]);
  index.remove(storedOf('a'));
  index.remove(storedOf('a'));
  t.same([index.bytes, index.size], [5, 1]);
  t.end();
});

void t.test('DiskIndex takes the newer of two of the same rendition, and says which is to go', (t) => {
  const index = new DiskIndex();
  const [old, young] = [storedOf('a'), storedOf('a', { createdAt: 2_000 })];
  index.add(old, { bytes: 10, heat: now + 50 });
  t.equal(index.add(young, { bytes: 20, heat: now })?.name, nameEntry(old));
  t.same([index.bytes, index.size, index.get(young)?.heat], [20, 1, now + 50]);
  t.equal(index.get(old), undefined);
  t.equal(index.add(old, { bytes: 10, heat: now })?.name, nameEntry(old), 'in the other order as well');
  t.same([index.bytes, index.size], [20, 1]);
  t.end();
});

void t.test('DiskIndex tells once what was used since, and gives up what is not', (t) => {
  const index = new DiskIndex();
  for (const text of ['a', 'b', 'c']) index.add(storedOf(text), { bytes: 10, heat: now });
  index.used(storedOf('b'), now + 1_000);
  index.used(storedOf('unknown'), now + 1_000);
  const changed = index.takeChanged();
  t.same(
    changed.map(({ text }) => text),
    [storedOf('b').text],
  );
  t.ok((changed[0]?.heat ?? 0) > now + 1_000);
  t.same(index.takeChanged(), []);
  t.notOk(index.victims({ bytes: 11, entries: 5 }).some(({ text }) => text === storedOf('b').text));
  t.end();
});

void t.test('DiskIndex forgets what a sweep has not met', (t) => {
  const index = new DiskIndex();
  for (const text of ['a', 'b']) index.add(storedOf(text), { bytes: 10, heat: now });
  index.sweep += 1;
  index.add(storedOf('c'), { bytes: 1, heat: now });
  const met = index.get(storedOf('a'));
  if (met) met.seenIn = index.sweep;
  index.forgetUnseen();
  t.same([index.bytes, index.size, index.get(storedOf('b'))], [11, 2, undefined]);
  t.end();
});
