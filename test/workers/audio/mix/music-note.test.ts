import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { MusicNote, readMusicNote } from '../../../../workers/audio/mix/music-note.ts';

const place = { file: '歌 "1".mp3', ms: 61_000, entry: { byte: 1_000_000, ms: 60_000 } };

void t.test('readMusicNote() tells where the music would be by now', async (t) => {
  const file = join(t.testdir(), 'run', 'demo.music');
  const note = new MusicNote(file, { warn: () => t.fail('it warned') });
  note.note(place, 1_000_000);
  await note[Symbol.asyncDispose]();
  await note[Symbol.asyncDispose]();
  t.strictSame(readMusicNote(file, 1_000_000), place);
  t.strictSame(readMusicNote(file, 1_001_300), { ...place, ms: 62_300 });
  // Nobody heard any for a minute.
  t.strictSame(readMusicNote(file, 1_060_000), place);
  // The clock was put back.
  t.strictSame(readMusicNote(file, 900_000), place);
});

void t.test('note() writes once a second, and a shorter one leaves nothing of a longer one', async (t) => {
  const file = join(t.testdir(), 'demo.music');
  const note = new MusicNote(file, { warn: () => t.fail('it warned') });
  note.note(place, 5_000);
  note.note({ ...place, file: 'x' }, 5_900);
  await note[Symbol.asyncDispose]();
  t.equal(readMusicNote(file, 5_000)?.file, place.file);
  const next = new MusicNote(file, { warn: () => t.fail('it warned') });
  next.note({ ...place, file: 'x' }, 6_000);
  await next[Symbol.asyncDispose]();
  t.strictSame(readMusicNote(file, 6_000), { ...place, file: 'x' });
});

void t.test('readMusicNote() tells nothing of a file that is missing or damaged', (t) => {
  const folder = t.testdir();
  t.equal(readMusicNote(join(folder, 'none'), 0), undefined);
  writeFileSync(join(folder, 'bad'), '{"at":1,"place":');
  t.equal(readMusicNote(join(folder, 'bad'), 0), undefined);
  t.end();
});

void t.test('MusicNote warns once when it cannot write, and goes on without', async (t) => {
  const folder = t.testdir({ file: '' });
  const warnings: unknown[] = [];
  const note = new MusicNote(join(folder, 'file', 'demo.music'), {
    warn: (it: unknown) => void warnings.push(it),
  });
  note.note(place, 1);
  note.note(place, 5_000);
  await note[Symbol.asyncDispose]();
  t.equal(warnings.length, 1);
});
