import t from 'tap';
import { DamagedEntryError, decodeEntry, encodeEntry } from '../../../../workers/tts/cache/entry-format.ts';
import { makeNoise, storedOf } from './sounds.ts';

void t.test('decodeEntry() gives what encodeEntry() was given', (t) => {
  for (const bytes of [0, 1, 2, 3, 131_072]) {
    const stored = storedOf('你好', { variant: 3, costMs: 12.5, sound: makeNoise(bytes, bytes) });
    const back = decodeEntry(encodeEntry(stored));
    t.same(
      { ...back, sound: { ...back.sound, pcm: [] } },
      { ...stored, sound: { ...stored.sound, pcm: [] } },
    );
    t.ok(Buffer.from(back.sound.pcm).equals(stored.sound.pcm));
    t.equal(back.sound.pcm.byteOffset % 8, 0, 'can be looked at as 16-bit numbers');
  }
  t.end();
});

void t.test('decodeEntry() refuses a file that was cut off at any byte, or grew', (t) => {
  const whole = encodeEntry(storedOf('你好', { sound: makeNoise(1, 100) }));
  for (let length = 0; length < whole.byteLength; length++)
    t.throws(() => decodeEntry(whole.subarray(0, length)), DamagedEntryError, `${length} bytes`);
  t.throws(() => decodeEntry(Buffer.concat([whole, Buffer.alloc(1)])), DamagedEntryError);
  t.throws(() => decodeEntry(Buffer.alloc(whole.byteLength)), DamagedEntryError, 'only zeros');
  t.end();
});

void t.test('decodeEntry() refuses any single bit that is wrong', (t) => {
  const whole = encodeEntry(storedOf('你好', { sound: makeNoise(1, 64) }));
  let accepted = 0;
  for (let bit = 0; bit < whole.byteLength * 8; bit++) {
    const wrong = Buffer.from(whole);
    wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      decodeEntry(wrong);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof DamagedEntryError)) throw error;
    }
  }
  t.equal(accepted, 0);
  t.end();
});

void t.test('decodeEntry() refuses bursts of wrong bytes, over many seeds', (t) => {
  const whole = encodeEntry(storedOf('你好', { sound: makeNoise(1, 4_000) }));
  let accepted = 0;
  for (let seed = 1; seed <= 2_000; seed++) {
    const wrong = Buffer.from(whole);
    const noise = makeNoise(seed, 1 + (seed % 60)).pcm;
    wrong.set(noise, (seed * 7_919) % (whole.byteLength - noise.byteLength));
    if (wrong.equals(whole)) continue;
    try {
      decodeEntry(wrong);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof DamagedEntryError)) throw error;
    }
  }
  t.equal(accepted, 0);
  t.end();
});
