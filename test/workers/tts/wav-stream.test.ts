import t from 'tap';
import { EngineError } from '../../../workers/tts/endpoint.ts';
import { WavReader } from '../../../workers/tts/wav-stream.ts';
import type { WavShape } from './make-wav.ts';
import { cutUp, makeWav, openRandom, part, sawtooth } from './make-wav.ts';

function read(pieces: readonly Uint8Array[]) {
  const reader = new WavReader();
  for (const piece of pieces) reader.push(piece);
  return reader.end();
}

const sound = sawtooth(500);
const expected = [...new Int16Array(sound.buffer, sound.byteOffset, 500)];
const samplesOf = (file: Uint8Array) => [...read([file]).samples];

void t.test('WavReader reads a file whatever size its streamed header tells', (t) => {
  for (const dataSize of [1_000, 0, 0xffff_ffff, 0x7fff_f000, 0x7fff_0000, 100_000_001, 80_000_000, 1_044])
    t.same(samplesOf(makeWav(sound, { dataSize })), expected, `${dataSize}`);
  t.equal(read([makeWav(sound, { sampleRateHz: 48_000 })]).sampleRateHz, 48_000);
  t.end();
});

void t.test('WavReader tells when less comes than the header announced', (t) => {
  const message = /ended \d+ bytes before its WAV file does/;
  for (const dataSize of [1_100, 5_000, 10_000_000])
    t.throws(() => samplesOf(makeWav(sound, { dataSize })), { code: 'cut-off', message }, `${dataSize}`);
  const file = makeWav(sound);
  for (const share of [0.5, 0.85, 0.9])
    t.throws(() => read(cutUp(file.subarray(0, Math.floor(file.byteLength * share)), 7)), {
      code: 'cut-off',
    });
  t.throws(() => samplesOf(file.subarray(0, 44)), { code: 'cut-off', message: /ended 1000 bytes/ });
  t.throws(() => read([file, file.subarray(0, 300)]), { code: 'cut-off' }, 'also in the second of two files');
  t.end();
});

void t.test('WavReader passes over parts that hold no sound, also those after it', (t) => {
  const list = part('LIST', Buffer.from('INFOmade by somebody'));
  const odd = part('junk', Buffer.from('odd'));
  const fact = part('fact', Buffer.alloc(4));
  t.same(samplesOf(makeWav(sound, { before: [list, odd, fact], after: [list, odd] })), expected);
  t.same(samplesOf(makeWav(sound, { before: [part('LIST', Buffer.alloc(200_000))] })), expected);
  t.end();
});

void t.test(
  'WavReader goes on after the announced end when the header told the size of the first piece',
  (t) => {
    t.same(samplesOf(makeWav(sound, { dataSize: 400 })), expected);
    t.same(samplesOf(Buffer.concat([makeWav(sound), makeWav(sound)])), [...expected, ...expected]);
    const other = makeWav(sound, { sampleRateHz: 16_000 });
    t.throws(() => read([makeWav(sound), other]), { code: 'garbage', message: /changes its WAV format/ });
    t.end();
  },
);

void t.test('WavReader reads integers of 8 to 32 bits and floats, plain and extensible', (t) => {
  const kinds: { bits: number; tag?: number; bytes: number[]; samples: number[] }[] = [
    { bits: 8, bytes: [0, 128, 255], samples: [-32_768, 0, 32_512] },
    { bits: 16, bytes: [0, 128, 255, 127], samples: [-32_768, 32_767] },
    { bits: 24, bytes: [0, 0, 128, 255, 255, 127, 0, 1, 0], samples: [-32_768, 32_767, 1] },
    { bits: 32, bytes: [0, 0, 0, 128, 0, 0, 1, 0], samples: [-32_768, 1] },
    {
      bits: 32,
      tag: 3,
      bytes: [...new Uint8Array(Float32Array.of(-1, 0.5, 7, NaN, -Infinity).buffer)],
      samples: [-32_768, 16_384, 32_767, 0, -32_768],
    },
  ];
  for (const { bytes, samples, ...shape } of kinds)
    for (const extensible of [false, true])
      t.same(
        samplesOf(makeWav(Uint8Array.from(bytes), { ...shape, extensible })),
        samples,
        `${shape.bits} bits, ${shape.tag === 3 ? 'float' : 'integer'}`,
      );
  t.end();
});

void t.test('WavReader mixes channels into one, and drops a moment that is not whole', (t) => {
  const stereo = Int16Array.of(100, 300, -32_768, -32_768, 5, 0, 9);
  t.same(samplesOf(makeWav(new Uint8Array(stereo.buffer), { channels: 2, dataSize: 0 })), [200, -32_768, 3]);
  const odd = Buffer.concat([sound, Buffer.of(7)]);
  t.same(samplesOf(makeWav(odd, { dataSize: 0 })), expected);
  t.end();
});

void t.test('WavReader refuses what is no WAV file of PCM, and says what it is', (t) => {
  const refused: [Uint8Array, RegExp][] = [
    [Buffer.from('{"message":"tts failed"}'), /begins with "\{\\"me"/],
    [Buffer.from('ID3\u0004 and the rest'), /no WAV file/],
    [makeWav(sound, { tag: 85 }), /format 85, which is not PCM/],
    [makeWav(sound, { sampleRateHz: 0 }), /0 samples per second/],
    [makeWav(sound, { channels: 0 }), /0 channels/],
    [makeWav(sound, { channels: 200 }), /200 channels/],
    [makeWav(sound, { bits: 64, tag: 3 }), /64 bits/],
    [makeWav(sound, { bits: 48 }), /48 bits/],
    [Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), part('data', sound)]), /before their format/],
    [Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), part('fmt ', Buffer.alloc(4))]), /format of 4 bytes/],
    [Buffer.alloc(0), /within the header/],
    [makeWav(sound).subarray(0, 43), /within the header/],
  ];
  for (const [bytes, message] of refused) t.throws(() => read([bytes]), { code: 'garbage', message });
  t.same(
    samplesOf(makeWav(sound, { dataSize: 0 }).subarray(0, 44)),
    [],
    'a header alone is a sound without samples',
  );
  t.end();
});

void t.test('WavReader tells while it reads how much there is, and how much of its end is silent', (t) => {
  const reader = new WavReader();
  reader.push(makeWav(sound, { dataSize: 0 }).subarray(0, 45));
  t.equal(reader.length, 0, 'a header and half a sample are no sound');
  reader.push(makeWav(sound).subarray(45));
  t.same([reader.length, reader.trailingZeros()], [500, 0]);
  reader.push(Buffer.alloc(41));
  t.same([reader.length, reader.trailingZeros()], [520, 20]);
  t.end();
});

void t.test('WavReader gives the same samples however the bytes are cut', (t) => {
  const shapes: WavShape[] = [
    { dataSize: 0 },
    { channels: 2, extensible: true, before: [part('LIST', Buffer.from('x'))] },
    { bits: 24, after: [part('LIST', Buffer.from('some more'))] },
    { bits: 32, tag: 3, channels: 5, dataSize: 0xffff_ffff },
    { bits: 8, before: [part('fact', Buffer.alloc(4)), part('odd ', Buffer.alloc(5))] },
    { dataSize: 300 },
  ];
  const different: number[] = [];
  for (let seed = 0; seed < 3_000; seed++) {
    const random = openRandom(seed);
    const shape = shapes[seed % shapes.length] ?? {};
    const data = Uint8Array.from({ length: 400 + Math.floor(random() * 900) }, () => random() * 256);
    const file = makeWav(data, shape);
    const whole = read([file]).samples;
    const pieces = read(cutUp(file, seed)).samples;
    if (whole.length === 0 || Buffer.compare(bytesOf(whole), bytesOf(pieces)) !== 0) different.push(seed);
  }
  t.same(different, []);
  t.end();
});

void t.test('WavReader throws nothing but what it says, whatever it is fed', (t) => {
  const outcomes = { sound: 0, garbage: 0 };
  const wrong: string[] = [];
  for (let seed = 0; seed < 3_000; seed++) {
    const random = openRandom(seed);
    const file = makeWav(sawtooth(50), { dataSize: seed % 2 ? 0 : 100 });
    for (let harm = 0; harm < 1 + (seed % 9); harm++)
      file[Math.floor(random() * (seed % 3 ? 60 : file.byteLength))] = random() * 256;
    try {
      const { samples } = read(cutUp(file, seed));
      outcomes.sound += 1;
      if (samples.length > file.byteLength) wrong.push(`seed ${seed} makes sound of nothing`);
    } catch (error) {
      outcomes.garbage += 1;
      if (!(error instanceof EngineError && ['garbage', 'cut-off'].includes(error.code)))
        wrong.push(`${seed}: ${String(error)}`);
    }
  }
  t.same(wrong, []);
  t.ok(outcomes.sound > 300 && outcomes.garbage > 300, 'the harm is neither too little nor too much');
  t.end();
});

function bytesOf({ buffer }: Int16Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer);
}
