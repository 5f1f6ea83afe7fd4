import { existsSync, readdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DiskTier } from '../../../../workers/tts/cache/disk-tier.ts';
import type { DiskTierOptions } from '../../../../workers/tts/cache/disk-tier.ts';
import type { StoredSound } from '../../../../workers/tts/cache/entry-format.ts';
import { folderOf, nameEntry } from '../../../../workers/tts/cache/entry-name.ts';
import { identify, identifyText } from '../../../../workers/tts/cache/speech-key.ts';
import { Told, keyOf, makeNoise, openFolder, storedOf } from './sounds.ts';

const day = 86_400_000;

function open(folder: string, changes: Partial<DiskTierOptions> = {}) {
  const told = new Told();
  const clock = { now: Date.now() };
  const tier = new DiskTier({
    folder,
    maxBytes: 10_000_000,
    ttlMs: day,
    sweepAfterMs: 600_000,
    readLimitMs: 600_000,
    log: told.log,
    now: () => clock.now,
    ...changes,
  });
  return { tier, told, clock };
}

const young = (text: string, changes: Partial<StoredSound> = {}) =>
  storedOf(text, { createdAt: Date.now(), ...changes });

void t.test(
  'DiskTier has what another process has put, without having looked through the folder',
  async (t) => {
    const folder = openFolder(t);
    const one = open(folder);
    const [first, second] = [young('a'), young('a', { variant: 1, sound: makeNoise(2) })];
    one.tier.put(first);
    one.tier.put(second);
    await one.tier[Symbol.asyncDispose]();
    const other = open(folder);
    const variants = await other.tier.variants(first);
    t.same(new Set(variants.map(({ variant }) => variant)), new Set([0, 1]));
    for (const stored of [first, second]) {
      const read = await other.tier.read(stored);
      t.ok(read && Buffer.from(read.sound.pcm).equals(stored.sound.pcm));
    }
    t.same(await other.tier.variants(identify(keyOf('b'))), []);
    await other.tier[Symbol.asyncDispose]();
    t.same([...one.told.warnings, ...other.told.warnings], []);
  },
);

void t.test(
  'DiskTier finds the latest of a text, whoever speaks, also what is too old to be played',
  async (t) => {
    const { tier, clock } = open(openFolder(t));
    const old = young('a', { createdAt: clock.now - 2 * day });
    const other = { ...young('a'), ...identify(keyOf('a', { engine: 'other' })) };
    tier.put(old);
    tier.put(other);
    await tier.settled();
    t.same(await tier.variants(old), []);
    const found = await tier.ofText(identifyText('a'));
    t.same(
      found.map(({ key }) => key),
      [other.key, old.key],
    );
    await tier[Symbol.asyncDispose]();
  },
);

void t.test('DiskTier puts a new one in the place of an old one', async (t) => {
  const folder = openFolder(t);
  const { tier, clock } = open(folder);
  const old = young('a', { createdAt: clock.now - 5_000 });
  tier.put(old);
  await tier.settled();
  const next = young('a', { createdAt: clock.now });
  tier.put(next);
  await tier.settled();
  t.same(readdirSync(join(folder, folderOf(next.text))), [nameEntry(next)]);
  t.equal(tier.entries, 1);
  await tier[Symbol.asyncDispose]();
});

void t.test('DiskTier removes what is damaged, counts it, and tells it once', async (t) => {
  const folder = openFolder(t);
  const { tier, told } = open(folder);
  for (const text of ['a', 'b', 'c']) {
    const stored = young(text);
    tier.put(stored);
    await tier.settled();
    const path = join(folder, folderOf(stored.text), nameEntry(stored));
    truncateSync(path, text === 'c' ? 0 : 500);
    t.equal(await tier.read(stored), undefined);
    await tier.settled();
    t.notOk(existsSync(path));
  }
  t.equal(tier.damaged, 3);
  t.same([tier.errors, told.warnings.length], [0, 1]);
  await tier[Symbol.asyncDispose]();
});

void t.test('DiskTier stays within its bytes all the time, and keeps what was used', async (t) => {
  const folder = openFolder(t);
  const { tier } = open(folder, { maxBytes: 200_000 });
  const used = young('used', { sound: makeNoise(1, 10_000) });
  tier.put(used);
  await tier.settled();
  for (let use = 0; use < 50; use++) tier.used(used, Date.now());
  for (let number = 0; number < 60; number++) {
    tier.put(young(`${number}`, { sound: makeNoise(number, 10_000) }));
    await tier.settled();
    const bytes = bytesIn(folder);
    if (bytes > 200_000) t.fail(`${bytes} bytes after ${number}`);
  }
  t.ok(await tier.read(used));
  t.equal(tier.bytes, bytesIn(folder));
  t.ok(tier.evictions >= 40);
  await tier[Symbol.asyncDispose]();
});

void t.test('DiskTier takes what was used over into the next life, and from other processes', async (t) => {
  const folder = openFolder(t);
  const one = open(folder);
  const stored = young('a');
  one.tier.put(stored);
  await one.tier.settled();
  for (let use = 0; use < 100; use++) one.tier.used(stored, one.clock.now);
  const path = join(folder, folderOf(stored.text), nameEntry(stored));
  await one.tier[Symbol.asyncDispose]();
  const heat = statSync(path).mtimeMs;
  t.ok(heat > one.clock.now + 36 * 3_600_000, 'a hundred uses are worth six halvings and more');
  const other = open(folder);
  await other.tier.read(stored);
  other.tier.used(stored, other.clock.now);
  utimesSync(path, new Date(), new Date(heat + 1_000_000_000));
  await other.tier[Symbol.asyncDispose]();
  t.ok(statSync(path).mtimeMs >= heat + 999_999_000, 'what another process knows is not taken back');
});

void t.test('DiskTier does not keep what is larger than it, nor more than it can write', async (t) => {
  const folder = openFolder(t);
  const { tier } = open(folder, { maxBytes: 100_000 });
  tier.put(young('a', { sound: makeNoise(1, 100_000) }));
  await tier.settled();
  t.equal(bytesIn(folder), 0);
  await tier[Symbol.asyncDispose]();
});

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
}
