import { existsSync, mkdirSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EntryFiles } from '../../../../workers/tts/cache/entry-files.ts';
import { DamagedEntryError, encodeEntry } from '../../../../workers/tts/cache/entry-format.ts';
import { folderOf, nameEntry } from '../../../../workers/tts/cache/entry-name.ts';
import { openFolder, storedOf } from './sounds.ts';

const stored = storedOf('a');
const folder = folderOf(stored.text);
const name = nameEntry(stored);

void t.test('EntryFiles reads what it wrote, makes the folders, and leaves nothing beside', async (t) => {
  const root = join(openFolder(t), 'not', 'there');
  const files = new EntryFiles(root);
  t.same(await files.list(folder), []);
  t.equal(await files.read(stored), undefined);
  const bytes = await files.write(stored);
  t.equal(bytes, encodeEntry(stored).byteLength);
  const found = await files.read(stored);
  t.ok(found && Buffer.from(found.stored.sound.pcm).equals(stored.sound.pcm));
  t.equal(found?.bytes, bytes);
  t.same(await files.list(folder), [name]);
});

void t.test('EntryFiles keeps how much a file is used in its time stamp', async (t) => {
  const files = new EntryFiles(openFolder(t));
  await files.write(stored);
  const heat = Date.now() + 90_000_000.25;
  await files.writeHeat(stored, heat);
  t.ok(Math.abs(((await files.read(stored))?.heat ?? 0) - heat) <= 1);
  t.ok(Math.abs(((await files.look(folder, name))?.heat ?? 0) - heat) <= 1);
  await files.remove(folder, name);
  await files.writeHeat(stored, heat);
  t.equal(await files.look(folder, name), undefined, 'what is gone is not brought back');
  await files.remove(folder, name);
});

void t.test('EntryFiles refuses what is not the sound that was asked for', async (t) => {
  const root = openFolder(t);
  const files = new EntryFiles(root);
  const path = join(root, folder, name);
  await files.write(stored);
  for (let length = encodeEntry(stored).byteLength - 1; length >= 0; length -= 97) {
    truncateSync(path, length);
    await t.rejects(files.read(stored), DamagedEntryError, `${length} bytes`);
  }
  writeFileSync(path, '');
  truncateSync(path, 4_000_000_000);
  await t.rejects(files.read(stored), DamagedEntryError, 'gigabytes');
  const other = storedOf('b');
  await files.write(other);
  renameSync(join(root, folderOf(other.text), nameEntry(other)), path);
  await t.rejects(files.read(stored), { code: 'damaged-entry', message: 'it is another sound' });
  await files.remove(folder, name);
  mkdirSync(path);
  await t.rejects(files.read(stored), DamagedEntryError, 'a folder');
  await files.remove(folder, name);
  t.ok(existsSync(path));
});

void t.test('EntryFiles leaves no half file when it cannot be given its name', async (t) => {
  const root = openFolder(t);
  const files = new EntryFiles(root);
  mkdirSync(join(root, folder, name, 'in the way'), { recursive: true });
  await t.rejects(files.write(stored));
  t.same(readdirSync(join(root, folder)), [name]);
});
