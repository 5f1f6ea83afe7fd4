import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decodeFile } from '../../../../../workers/audio/mix/decoding/decode-file.ts';
import type { DecodeFileOptions, Piece } from '../../../../../workers/audio/mix/decoding/decode-file.ts';
import { strengthOf } from '../../fixtures.ts';
import { sine, wavFile } from '../wav-file.ts';

const rateHz = 48_000;

async function piecesOf(file: string, options?: DecodeFileOptions): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of decodeFile(file, options)) pieces.push(piece);
  return pieces;
}

function whole(pieces: Piece[]): Int16Array {
  return Int16Array.from(pieces.flatMap(({ pcm }) => [...pcm]));
}

const half = (pcm: Int16Array, from: number) => pcm.subarray(from * rateHz, (from + 0.5) * rateHz);

const forms = [
  { encoding: 'integer', bits: 8 },
  { encoding: 'integer', bits: 16 },
  { encoding: 'integer', bits: 24 },
  { encoding: 'integer', bits: 32 },
  { encoding: 'float', bits: 32 },
  { encoding: 'float', bits: 64 },
] as const;

for (const form of forms) {
  for (const sourceHz of [44_100, 48_000, 8_000, 96_000]) {
    const name = `WAV, ${form.encoding} of ${form.bits} bits, stereo at ${sourceHz} Hz`;
    void t.test(`decodeFile() makes one channel at 48 kHz of ${name}`, async (t) => {
      const file = join(t.testdir(), 'a.wav');
      const channels = [sine(440, sourceHz, 0.3), sine(1_000, sourceHz, 0.3)];
      writeFileSync(
        file,
        wavFile({ ...form, rateHz: sourceHz, channels, samples: sourceHz, isExtensible: form.bits >= 24 }),
      );
      const pcm = whole(await piecesOf(file));
      t.ok(Math.abs(pcm.length - rateHz) <= 1, `${pcm.length} samples`);
      const middle = half(pcm, 0.25);
      for (const hz of [440, 1_000]) {
        const strength = strengthOf(hz, middle, rateHz);
        t.ok(Math.abs(strength - 0.15 * 32_768) < 60, `${hz} Hz: ${strength.toFixed(0)}`);
      }
    });
  }
}

void t.test('decodeFile() leaves no seam between pieces', async (t) => {
  const file = join(t.testdir(), 'a.wav');
  const channels = [sine(300, 44_100, 0.5)];
  writeFileSync(
    file,
    wavFile({ encoding: 'integer', bits: 16, rateHz: 44_100, channels, samples: 3 * 44_100 }),
  );
  const pcm = whole(await piecesOf(file));
  let worst = 0;
  for (let n = 1_000; n < pcm.length - 1_000; n++) {
    const expected = 0.5 * 32_767 * Math.sin((2 * Math.PI * 300 * n) / rateHz);
    worst = Math.max(worst, Math.abs((pcm[n] ?? 0) - expected));
  }
  t.ok(worst < 20, `at most ${worst.toFixed(1)} beside the tone`);
});

for (const kind of ['mp3', 'flac', 'ogg', 'opus']) {
  void t.test(`decodeFile() decodes ${kind}`, async (t) => {
    const pcm = whole(await piecesOf(join(import.meta.dirname, 'sounds', `two-tones.${kind}`)));
    t.ok(Math.abs(pcm.length - 2 * rateHz) < 0.06 * rateHz, `${pcm.length} samples`);
    for (const [hz, from] of [
      [440, 0.25],
      [880, 1.25],
    ] as const) {
      const strength = strengthOf(hz, half(pcm, from), rateHz);
      t.ok(strength > 7_000 && strength < 9_000, `${hz} Hz: ${strength.toFixed(0)}`);
    }
  });

  void t.test(`decodeFile() begins ${kind} in the middle`, async (t) => {
    const file = join(import.meta.dirname, 'sounds', `two-tones.${kind}`);
    const from = { ms: 1_200, entry: { byte: 0, ms: 0 } };
    const [first, ...others] = await piecesOf(file, { from });
    t.ok(first && Math.abs(first.ms - 1_200) <= 1);
    const pcm = whole(first ? [first, ...others] : []);
    t.ok(Math.abs(pcm.length - 0.8 * rateHz) < 0.06 * rateHz, `${pcm.length} samples`);
    t.ok(strengthOf(880, half(pcm, 0.1), rateHz) > 7_000);
  });
}

void t.test('decodeFile() goes on from the byte that a piece has told', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'a.wav');
  // 100 Hz more each second.
  const value = (n: number) =>
    0.3 * Math.sin((2 * Math.PI * (400 + 100 * Math.floor(n / 44_100)) * n) / 44_100);
  const samples = 5 * 44_100;
  writeFileSync(
    file,
    wavFile({ encoding: 'integer', bits: 24, rateHz: 44_100, channels: [value, value], samples }),
  );
  const pieces = await piecesOf(file);
  const { byte, ms } = pieces.findLast((piece) => piece.ms <= 3_200) ?? { byte: 0, ms: 0 };
  t.ok(byte > 0);
  const pcm = whole(await piecesOf(file, { from: { ms: 3_200, entry: { byte, ms } } }));
  t.ok(Math.abs(pcm.length - 1.8 * rateHz) < 0.1 * rateHz, `${pcm.length} samples`);
  t.ok(strengthOf(700, half(pcm, 0.1), rateHz) > 9_000);
  t.ok(strengthOf(800, half(pcm, 1), rateHz) > 9_000);
});

void t.test(
  'decodeFile() takes a WAV whose header does not tell its length, and one that is cut short',
  async (t) => {
    const channels = [sine(440, 48_000, 0.3)];
    const bytes = wavFile({ encoding: 'integer', bits: 16, rateHz: 48_000, channels, samples: 48_000 });
    const dataAt = bytes.indexOf('data', 0, 'latin1');
    const open = Buffer.from(bytes);
    open.writeUInt32LE(0xff_ff_ff_ff, dataAt + 4);
    const folder = t.testdir();
    writeFileSync(join(folder, 'open.wav'), open);
    writeFileSync(join(folder, 'cut.wav'), bytes.subarray(0, dataAt + 8 + 24_001));
    t.equal(whole(await piecesOf(join(folder, 'open.wav'))).length, 48_000);
    t.equal(whole(await piecesOf(join(folder, 'cut.wav'))).length, 12_000);
  },
);

void t.test('decodeFile() says what is wrong with a file', async (t) => {
  const folder = t.testdir({
    'text.mp3': 'this is no music at all',
    'empty.wav': '',
    'broken.flac': `fLaC${'x'.repeat(4_000)}`,
    'broken.ogg': `OggS${'x'.repeat(4_000)}`,
    'header.wav': `RIFF1234WAVEdata1234${'x'.repeat(4_000)}`,
  });
  const channels = [sine(440, 48_000, 0.3)];
  const odd = wavFile({ encoding: 'integer', bits: 16, rateHz: 48_000, channels, samples: 100 });
  odd.writeUInt16LE(2, 20);
  writeFileSync(join(folder, 'odd.wav'), odd);
  const wrong = async (name: string) => await piecesOf(join(folder, name));
  await t.rejects(wrong('text.mp3'), { message: /neither WAV, MP3, FLAC/ });
  await t.rejects(wrong('empty.wav'), { message: /neither WAV, MP3, FLAC/ });
  await t.rejects(wrong('broken.flac'), { message: /no sound/ });
  await t.rejects(wrong('broken.ogg'), { message: /Ogg file, but neither/ });
  await t.rejects(wrong('header.wav'), { message: /does not tell the format/ });
  await t.rejects(wrong('odd.wav'), { message: /encoding 2 and 16 bits is not supported/ });
  await t.rejects(wrong('missing.wav'), { code: 'ENOENT' });
});
