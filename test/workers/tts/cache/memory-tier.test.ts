import t from 'tap';
import { MemoryTier } from '../../../../workers/tts/cache/memory-tier.ts';
import { identify, identifyText } from '../../../../workers/tts/cache/speech-key.ts';
import { keyOf, makeNoise, storedOf } from './sounds.ts';

const options = { maxBytes: 100_000, maxEntries: 50, ttlMs: 60_000 };
const idOf = (text: string) => identify(keyOf(text));

void t.test('MemoryTier gives back the very sound, by its number', (t) => {
  const tier = new MemoryTier(options);
  const stored = storedOf('a');
  tier.put(stored, 1_000);
  t.equal(tier.get(idOf('a'), 0, 1_000), stored.sound);
  t.equal(tier.get(idOf('a'), 1, 1_000), undefined);
  t.equal(tier.get(idOf('b'), 0, 1_000), undefined);
  t.ok(tier.has(idOf('a'), 0, 1_000));
  t.end();
});

void t.test('MemoryTier keeps within its bytes and its number, and gives up what is least worth', (t) => {
  const tier = new MemoryTier(options);
  tier.put(storedOf('dear', { costMs: 9_000, sound: makeNoise(1, 10_000) }), 1_000);
  tier.put(storedOf('used', { sound: makeNoise(2, 10_000) }), 1_000);
  for (let use = 0; use < 20; use++) tier.get(idOf('used'), 0, 1_000 + use);
  for (let number = 0; number < 40; number++) {
    tier.put(storedOf(`${number}`, { sound: makeNoise(number, 10_000) }), 2_000 + number);
    if (tier.bytes > options.maxBytes) t.fail(`${tier.bytes} bytes`);
  }
  t.ok(tier.has(idOf('dear'), 0, 3_000));
  t.ok(tier.has(idOf('used'), 0, 3_000));
  t.ok(tier.has(idOf('39'), 0, 3_000), 'the newest');
  t.notOk(tier.has(idOf('0'), 0, 3_000));
  t.equal(tier.evictions, 42 - tier.entries);
  for (let number = 0; number < 200; number++)
    tier.put(storedOf(`small ${number}`, { sound: makeNoise(1, 2) }), 4_000 + number);
  t.ok(tier.entries <= options.maxEntries);
  t.end();
});

void t.test('MemoryTier counts its bytes to the last, also for one put twice', (t) => {
  const tier = new MemoryTier(options);
  tier.put(storedOf('a'), 1_000);
  const bytes = tier.bytes;
  tier.put(storedOf('a'), 2_000);
  t.equal(tier.bytes, bytes);
  t.equal(tier.entries, 1);
  tier.put(storedOf('huge', { sound: makeNoise(1, 200_000) }), 2_000);
  t.equal(tier.bytes, bytes, 'what is larger than all is not kept');
  tier.put(storedOf('a', { sound: makeNoise(1, 200_000) }), 2_000);
  t.equal(tier.bytes, 0);
  t.equal(tier.findText(identifyText('a')), undefined);
  t.end();
});

void t.test(
  'MemoryTier does not give what is too old, but finds the latest of a text, whoever speaks',
  (t) => {
    const tier = new MemoryTier(options);
    const other = { ...identify(keyOf('a', { engine: 'other' })), createdAt: 2_000, sound: makeNoise(2) };
    tier.put(storedOf('a'), 1_000);
    tier.put(storedOf('a', other), 2_000);
    t.equal(tier.get(idOf('a'), 0, 61_000), undefined);
    t.notOk(tier.has(idOf('a'), 0, 61_000));
    t.equal(tier.findText(identifyText('a')), other.sound);
    t.equal(tier.findText(identifyText('b')), undefined);
    t.end();
  },
);
