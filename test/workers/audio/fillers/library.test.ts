import { chmodSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { idleLine, lines, openLibrary, promised, soundOf } from './open-library.ts';

void t.test('Library keeps sounds for the process after this one', async (t) => {
  const { library, texts, folder, counters } = openLibrary(t);
  await library.load();
  t.equal(library.missing.length, 3);
  for (const text of [...lines, promised, idleLine(0)])
    t.equal(await library.add(text, soundOf(100)), texts.keyOf(text));
  t.equal(await library.add('小明，欢迎你。', soundOf(100)), undefined, 'nobody asked for it');
  await library.written();
  t.match(counters, { 'fillers.kept': 3, 'fillers.idle': 1, 'fillers.missing': 0 });

  const after = openLibrary(t, folder);
  await after.library.load();
  t.strictSame(after.library.missing, []);
  t.strictSame(
    after.library.entries.map(({ kind, text }) => `${kind} ${text}`).toSorted(),
    [`idle ${idleLine(0)}`, `line ${lines[0]}`, `line ${lines[1]}`, `promise ${promised}`].toSorted(),
  );
  t.strictSame(await after.library.read(texts.keyOf(idleLine(0))), soundOf(100));
  t.ok(after.library.inMemory(texts.keyOf(promised)));
  t.notOk(after.library.inMemory(texts.keyOf(idleLine(0))), 'only what is small is');
  t.strictSame(after.warnings, []);
});

void t.test('Library learns what another process has added since, and writes nothing itself', async (t) => {
  const active = openLibrary(t);
  const spare = openLibrary(t, active.folder);
  spare.duty.mayWrite = false;
  await spare.library.load();
  await active.library.load();
  await active.library.add(promised, soundOf(50));
  await active.library.written();
  const before = active.files();
  await spare.library.load();
  t.equal(spare.library.missing.length, 2);
  await spare.library.tidy();
  await spare.library.written();
  t.strictSame(active.files(), before);
});

void t.test('Library passes over what is damaged, says it once, and has it made again', async (t) => {
  const { library, texts, folder } = openLibrary(t);
  await library.load();
  for (const text of [...lines, promised, idleLine(0), idleLine(1)]) await library.add(text, soundOf(200));
  await library.written();
  const file = (text: string) => join(folder, `${texts.keyOf(text)}.wav`);
  truncateSync(file(lines[0] ?? ''), 1_000);
  writeFileSync(file(promised), 'not a sound');
  const changed = readFileSync(file(idleLine(0)));
  changed[2_000] = (changed[2_000] ?? 0) ^ 1;
  writeFileSync(file(idleLine(0)), changed);
  truncateSync(file(idleLine(1)), 5_000_000_000);
  writeFileSync(join(folder, 'notes.txt'), 'somebody else wrote this');
  writeFileSync(join(folder, 'ffffffffffffffffffff.wav'), 'of an index that was lost');

  const after = openLibrary(t, folder);
  await after.library.load();
  t.strictSame(new Set(after.library.missing.map(({ text }) => text)), new Set([lines[0], promised]));
  t.ok(after.library.inMemory(texts.keyOf(lines[1] ?? '')));
  for (const index of [0, 1]) t.equal(await after.library.read(texts.keyOf(idleLine(index))), undefined);
  t.equal(await after.library.read(texts.keyOf(idleLine(0))), undefined);
  t.equal(after.warnings.length, 4);
  await after.library.tidy();
  t.ok(await after.library.add(promised, soundOf(200)));
  await after.library.written();
  t.ok(after.files().includes('notes.txt'));
  t.notOk(after.files().includes('ffffffffffffffffffff.wav'));
  t.notOk(after.files().includes(`${texts.keyOf(idleLine(1))}.wav`));

  const last = openLibrary(t, folder);
  await last.library.load();
  t.strictSame(
    last.library.missing.map(({ text }) => text),
    [lines[0]],
  );
});

void t.test('Library goes on with the configured lines when its index is damaged', async (t) => {
  const { library, folder } = openLibrary(t);
  await library.load();
  for (const text of [...lines, promised, idleLine(0)]) await library.add(text, soundOf(100));
  await library.written();
  writeFileSync(join(folder, 'index.json'), '{"version":1,"kept":[{"key":"../../etc/passwd"}]}');
  const after = openLibrary(t, folder);
  await after.library.load();
  t.strictSame(after.library.missing, []);
  t.equal(after.library.entries.length, 3);
  t.equal(after.warnings.length, 1);
});

void t.test('Library keeps in memory what no disk takes', async (t) => {
  // Nobody, not even root, can make a folder of a file.
  const file = join(t.testdir({ file: '' }), 'file');
  const { library, texts, warnings, counters } = openLibrary(t, file);
  await library.load();
  t.ok(await library.add(promised, soundOf(100)));
  t.equal(await library.add(idleLine(0), soundOf(100)), undefined);
  await library.written();
  t.strictSame(
    library.missing.map(({ text }) => text),
    lines,
  );
  t.strictSame(await library.read(texts.keyOf(promised)), soundOf(100));
  t.equal(warnings.length, 1, 'said once');
  t.ok((counters['fillers.unwritable'] ?? 0) >= 2);
});

void t.test('Library plays on from a folder that can only be read', async (t) => {
  const { library, folder } = openLibrary(t);
  await library.load();
  for (const text of [promised, idleLine(0)]) await library.add(text, soundOf(100));
  await library.written();
  chmodSync(folder, 0o500);
  const after = openLibrary(t, folder);
  await after.library.load();
  t.equal(after.library.entries.length, 2);
  t.ok(await after.library.read(after.texts.keyOf(idleLine(0))));
  await after.library.tidy();
  t.equal(after.library.entries.length, 2);
  chmodSync(folder, 0o700);
});

void t.test(
  'Library lets go of the idle lines that were heard longest ago, never of configured ones',
  async (t) => {
    const { library, texts, folder, plays, files } = openLibrary(t, t.testdir(), { keepIdleLines: 3 });
    await library.load();
    for (const text of [...lines, promised]) await library.add(text, soundOf(100));
    for (let index = 0; index < 6; index++) {
      await library.add(idleLine(index), soundOf(100));
      plays.push(texts.keyOf(idleLine(index)));
      // The first is heard again and again.
      if (index > 0) plays.push(...plays.splice(0, 1));
    }
    await library.written();
    const idle = library.entries.filter(({ kind }) => kind === 'idle').map(({ text }) => text);
    t.equal(idle.length, 3);
    t.equal(files().filter((name) => name.endsWith('.wav')).length, 6);

    const size = statSync(join(folder, `${texts.keyOf(promised)}.wav`)).size;
    const small = openLibrary(t, folder, { maxBytes: 4 * size });
    await small.library.load();
    await small.library.tidy();
    await small.library.written();
    t.equal(small.library.entries.length, 4);
    const tiny = openLibrary(t, folder, { maxBytes: 1 });
    await tiny.library.load();
    await tiny.library.tidy();
    await tiny.library.written();
    t.strictSame(tiny.library.missing, []);
    t.equal(tiny.files().filter((name) => name.endsWith('.wav')).length, 3);
  },
);

void t.test('Library takes nothing away while it is still being read', async (t) => {
  const { library, folder } = openLibrary(t);
  await library.load();
  for (const text of [...lines, promised, idleLine(0)]) await library.add(text, soundOf(300));
  await library.written();

  // As a worker does that is promoted while it is still reading as a spare, whenever that is.
  const after = openLibrary(t, folder);
  const before = after.files();
  const reading = [after.library.load()];
  for (let turn = 0; turn < 30; turn++) {
    reading.push(after.library.load().then(async () => await after.library.tidy()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(reading);
  await after.library.written();
  t.strictSame(after.files(), before);
  t.strictSame(after.library.missing, []);
});
