import t from 'tap';
import { PcmReader } from '../../../workers/tts/pcm-stream.ts';
import { cutUp, makeWav, openRandom, sawtooth } from './make-wav.ts';

function read(pieces: readonly Uint8Array[], sampleRateHz = 24_000) {
  const reader = new PcmReader(sampleRateHz);
  for (const piece of pieces) reader.push(piece);
  return reader.end();
}

void t.test('PcmReader reads samples at the rate it was told, and drops an odd byte', (t) => {
  const { samples, sampleRateHz } = read([Buffer.concat([sawtooth(300), Buffer.of(9)])], 22_050);
  const bytes = sawtooth(300);
  t.same(samples, new Int16Array(bytes.buffer, bytes.byteOffset, 300));
  t.equal(sampleRateHz, 22_050);
  for (const few of [0, 1, 2, 3]) t.equal(read([sawtooth(2).subarray(0, few)]).samples.length, few >> 1);
  t.end();
});

void t.test('PcmReader gives the same samples however the bytes are cut', (t) => {
  const different: number[] = [];
  for (let seed = 0; seed < 2_000; seed++) {
    const random = openRandom(seed);
    const bytes = Uint8Array.from({ length: Math.floor(random() * 900) }, () => random() * 256);
    const [one, other] = [read(cutUp(bytes, seed)).samples, read([bytes]).samples];
    if (one.length !== bytes.length >> 1 || one.some((sample, at) => sample !== other[at]))
      different.push(seed);
  }
  t.same(different, []);
  t.end();
});

void t.test('PcmReader believes the header of a WAV file that nobody asked for', (t) => {
  const file = makeWav(sawtooth(80), { sampleRateHz: 44_100 });
  for (let seed = 0; seed < 20; seed++) {
    const { samples, sampleRateHz } = read(cutUp(file, seed));
    t.same([samples.length, sampleRateHz], [80, 44_100]);
  }
  t.end();
});

void t.test('PcmReader refuses files that would be heard as noise', (t) => {
  for (const start of ['OggS', 'fLaC', 'ID3\u0004', '<!DOCTYPE html>'])
    t.throws(() => read([Buffer.from(`${start} and more`, 'latin1')]), { code: 'garbage' }, start);
  t.end();
});

void t.test('PcmReader knows an error that is told as a success, and sound that is packed', (t) => {
  const answers: [bytes: Buffer, what: string][] = [
    [Buffer.from('{"message":"tts failed","Exception":"CUDA out of memory"}'), 'JSON'],
    [Buffer.from('{\n  "detail": "no"\n}'), 'JSON'],
    [Buffer.from('[{"loc":["body"]}]'), 'JSON'],
    [Buffer.from('<HTML>no</HTML>'), 'HTML'],
    [Buffer.of(0xff, 0xfb, 0x90, 0x64, 0, 0, 0, 0), 'MP3'],
    [Buffer.of(0xff, 0xf3, 0x84, 0xc4, 0, 0, 0, 0), 'MP3'],
  ];
  for (const [bytes, what] of answers)
    for (const pieces of [[bytes], [bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)]])
      t.throws(() => read(pieces), { code: 'garbage', message: `the answer is ${what}, not PCM` });
  t.equal(read([Buffer.of(0xff, 0xfb, 0xff, 0xff, 0, 0)]).samples.length, 3);
  t.end();
});
