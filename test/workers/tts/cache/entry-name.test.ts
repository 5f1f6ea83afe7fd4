import t from 'tap';
import {
  allFolders,
  folderOf,
  isFresh,
  nameEntry,
  parseEntryName,
} from '../../../../workers/tts/cache/entry-name.ts';
import { identify } from '../../../../workers/tts/cache/speech-key.ts';
import { keyOf } from './sounds.ts';

const entry = { ...identify(keyOf('你好')), variant: 2, createdAt: 1_790_000_000_123, costMs: 1_234 };

void t.test('parseEntryName() reads what nameEntry() wrote', (t) => {
  t.same(parseEntryName(nameEntry(entry)), entry);
  t.ok(nameEntry(entry).startsWith(entry.text));
  t.end();
});

void t.test('parseEntryName() reads also what nameEntry() made of strange figures', (t) => {
  for (const [createdAt, costMs] of [
    [-5, -5],
    [1e20, 1e20],
    [1.4, 0.6],
  ] as const)
    t.ok(parseEntryName(nameEntry({ ...entry, createdAt, costMs })), `${createdAt}`);
  t.end();
});

void t.test('parseEntryName() knows nothing of other files', (t) => {
  for (const name of ['', 'x.sound', '.DS_Store', `${nameEntry(entry)}~`, nameEntry(entry).toUpperCase()])
    t.equal(parseEntryName(name), undefined, name);
  t.end();
});

void t.test('folderOf() is one of allFolders()', (t) => {
  t.equal(new Set(allFolders()).size, 256);
  t.ok(allFolders().includes(folderOf(entry.text)));
  t.end();
});

void t.test('isFresh() is over with the time to live, and never true of the far future', (t) => {
  const createdAt = 1_000_000_000;
  t.ok(isFresh({ createdAt }, 1_000, createdAt + 999));
  t.notOk(isFresh({ createdAt }, 1_000, createdAt + 1_000));
  t.ok(isFresh({ createdAt }, 1_000, createdAt - 60_000), 'a clock that was put back a little');
  t.notOk(isFresh({ createdAt }, 1_000, createdAt - 90_000_000));
  t.end();
});
