import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { listen } from '../../../ops/chaos/hearing.ts';
import type { Sayings, Sentence } from '../../../ops/chaos/sentences.ts';
import { SeededRandom } from '../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { resample, resampledLength } from '../../../workers/audio/resample.ts';
import { wavHeader } from '../../../workers/audio/outputs/wav-header.ts';

const rateHz = 22_050;

/** Something like a voice: a pitch that wanders, with syllables. */
function voice(seed: number, durationMs: number): Int16Array {
  const random = new SeededRandom(seed);
  const samples = new Int16Array(Math.round((durationMs * rateHz) / 1_000));
  let phase = 0;
  let pitch = 150;
  for (let at = 0; at < samples.length; at++) {
    if (at % 2_000 === 0) pitch = 100 + random.next() * 200;
    phase += (2 * Math.PI * pitch) / rateHz;
    const syllable = Math.abs(Math.sin((Math.PI * at) / 4_000));
    samples[at] = 6_000 * syllable * (Math.sin(phase) + 0.5 * Math.sin(2.7 * phase) + 0.2 * random.next());
  }
  return samples;
}

const sentence = (text: string, pcm: Int16Array, more: Partial<Sentence> = {}): Sentence => ({
  room: 'room1',
  text,
  required: 1,
  expected: 1,
  sound: { pcm, sampleRateHz: rateHz },
  ...more,
});

const all = (sentences: Sentence[]): Sayings => ({ sentences, isEverything: true, fromMs: 0 });

/** What a player makes of it: resampled, from some millisecond on, as loud as it likes. */
interface Played {
  pcm: Int16Array;
  atMs: number;
  gain?: number;
  /** Only from and to here, in milliseconds of the sound. */
  fromMs?: number;
  toMs?: number;
}

function record(home: string, room: string, durationMs: number, played: Played[]): void {
  writeRecording(home, `${room}.wav`, makeSamples(durationMs, played));
  writeFileSync(join(home, 'audio', `${room}.wav.json`), JSON.stringify({ startedAt }));
}

const startedAt = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
/** The player's, at every joint. */
const fadeSamples = 240;

function makeSamples(durationMs: number, played: Played[]): Int16Array {
  const samples = new Int16Array(durationMs * 48);
  for (const { pcm, atMs, gain = 1, fromMs = 0, toMs = Infinity } of played) {
    const wide = new Float32Array(resampledLength(pcm.length, rateHz));
    resample(pcm, rateHz, 0, wide);
    const piece = wide.subarray(fromMs * 48, Math.min(wide.length, toMs * 48));
    piece.forEach((value, index) => {
      const fade = Math.min(1, (index + 1) / fadeSamples, (piece.length - index) / fadeSamples);
      samples[Math.round(atMs * 48) + index] = value * gain * fade;
    });
  }
  return samples;
}

function writeRecording(home: string, name: string, samples: Int16Array): void {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  writeFileSync(join(home, 'audio', name), Buffer.concat([wavHeader(data.byteLength), data]));
}

void t.test('listen() finds sentences at any loudness, and tells those heard too often', async (t) => {
  const home = t.testdir({ audio: {} });
  const [a, b, c] = [voice(1, 2_500), voice(2, 1_700), voice(3, 3_200)];
  record(home, 'room1', 45_000, [
    { pcm: a, atMs: 500.013 },
    { pcm: b, atMs: 4_000.37, gain: 0.3 },
    { pcm: a, atMs: 30_000.021, gain: 0.8 },
    { pcm: c, atMs: 36_000 },
  ]);
  record(home, 'room2', 5_000, [{ pcm: b, atMs: 100 }]);
  const sentences = [
    sentence('a', a),
    sentence('b', b),
    sentence('c', c, { expected: 2 }),
    sentence('cut short', voice(4, 2_000), { required: 0 }),
    sentence('short', voice(5, 300)),
    sentence('b', b, { room: 'room2', required: 0, expected: 0 }),
  ];
  t.match(await listen(home, all(sentences), 60_000), {
    sentences: 5,
    heard: 4,
    twice: [
      { room: 'room1', text: 'a', heard: 2, expected: 1 },
      { room: 'room2', text: 'b', heard: 1, expected: 0 },
    ],
    missing: [],
    isComplete: true,
  });
});

void t.test('listen() tells the sentences that the ledger has and the recording has not', async (t) => {
  const home = t.testdir({ audio: {} });
  const [a, b, c, d] = [voice(1, 3_000), voice(2, 2_000), voice(3, 2_500), voice(4, 2_500)];
  record(home, 'room1', 30_000, [
    { pcm: a, atMs: 1_000 },
    { pcm: c, atMs: 5_000 },
    // Its end is missing, and so is the middle of another.
    { pcm: d, atMs: 9_000, toMs: 1_500 },
    { pcm: a, atMs: 13_000, toMs: 1_000 },
    { pcm: a, atMs: 14_000, fromMs: 2_000 },
  ]);
  const sentences = [
    sentence('a', a, { required: 2, expected: 2 }),
    sentence('b', b),
    sentence('c', c),
    sentence('d', d),
  ];
  const { twice, missing = [], heard } = await listen(home, all(sentences), 60_000);
  t.same(twice, []);
  t.equal(heard, 2);
  t.same(
    missing.map(({ text }) => text),
    ['a', 'b', 'd'],
  );
  t.match(missing[1], { heard: 0, expected: 1 });
  for (const { text, byMs } of missing.filter((each) => each.text !== 'b'))
    t.ok(byMs > 800 && byMs < 1_200, `${text} lacks ${byMs} ms`);
});

void t.test(
  'listen() takes a sentence that was cut for whole, with 200 ms repeated and with a gap',
  async (t) => {
    const home = t.testdir({ audio: {} });
    const [a, b, c] = [voice(1, 3_000), voice(2, 3_000), voice(3, 4_000)];
    record(home, 'room1', 25_000, [
      { pcm: a, atMs: 1_000, toMs: 1_500 },
      { pcm: a, atMs: 2_750, fromMs: 1_300 },
      // Cut near its beginning, and exactly gone on with.
      { pcm: b, atMs: 8_000, toMs: 130 },
      { pcm: b, atMs: 8_330, fromMs: 130 },
      // Cut twice, the second time while it is repeated.
      { pcm: c, atMs: 13_000, toMs: 1_000 },
      { pcm: c, atMs: 14_100, fromMs: 810, toMs: 2_200 },
      { pcm: c, atMs: 15_600, fromMs: 2_010 },
    ]);
    const sayings = all([sentence('a', a), sentence('b', b), sentence('c', c)]);
    t.same(await listen(home, sayings, 60_000), {
      sentences: 3,
      heard: 3,
      twice: [],
      missing: [],
      isComplete: true,
    });
  },
);

void t.test('listen() tells a sentence that was cut and begun again', async (t) => {
  const home = t.testdir({ audio: {} });
  const [a, b, c] = [voice(1, 3_000), voice(2, 3_000), voice(3, 3_000)];
  record(home, 'room1', 30_000, [
    { pcm: a, atMs: 1_000, toMs: 2_950 },
    { pcm: a, atMs: 5_000 },
    { pcm: b, atMs: 9_000, toMs: 900 },
    { pcm: b, atMs: 10_000 },
    // Goes on half a second too early.
    { pcm: c, atMs: 15_000, toMs: 1_500 },
    { pcm: c, atMs: 16_550, fromMs: 1_000 },
  ]);
  const sayings = all([sentence('a', a), sentence('b', b), sentence('c', c)]);
  const { twice, missing } = await listen(home, sayings, 60_000);
  t.same(missing, []);
  t.match(twice, [
    { text: 'a', heard: 2, expected: 1 },
    { text: 'b', heard: 1.3, expected: 1 },
    { text: 'c', heard: 1.2, expected: 1 },
  ]);
});

void t.test('listen() goes on with a sentence in the next recording', async (t) => {
  const home = t.testdir({ audio: {} });
  const [a, b] = [voice(1, 3_000), voice(2, 2_000)];
  const samples = makeSamples(12_000, [
    { pcm: a, atMs: 4_000 },
    { pcm: b, atMs: 9_000 },
  ]);
  const full = 4_100 * 48;
  writeRecording(home, 'room1-2026-01-02T03-04-00-000Z.wav', samples.slice(0, full));
  writeRecording(home, 'room1.wav', samples.slice(full));
  writeFileSync(join(home, 'audio', 'room1.wav.json'), JSON.stringify({ startedAt }));
  t.match(await listen(home, all([sentence('a', a), sentence('b', b)]), 60_000), {
    heard: 2,
    twice: [],
    missing: [],
  });
});

void t.test('listen() gives words that two sentences have in common to the one that was said', async (t) => {
  const home = t.testdir({ audio: {} });
  const greeting = voice(1, 1_200);
  const [a, b, c] = [5, 6, 7].map((seed) => Int16Array.from([...greeting, ...voice(seed, 1_500)]));
  if (!a || !b || !c) throw new Error('no voices');
  record(home, 'room1', 25_000, [
    { pcm: a, atMs: 1_000 },
    { pcm: b, atMs: 5_000, toMs: 1_100 },
    { pcm: b, atMs: 6_150, fromMs: 1_000 },
    { pcm: greeting, atMs: 10_000 },
  ]);
  const sayings = all([
    sentence('a', a),
    sentence('b', b),
    sentence('c', c),
    sentence('greeting', greeting, { expected: 4 }),
  ]);
  const { twice, missing = [] } = await listen(home, sayings, 60_000);
  t.same(twice, []);
  t.match(missing, [{ text: 'c' }]);
});

void t.test(
  'listen() knows a cut sentence by its beginning, whatever is heard right before it',
  async (t) => {
    const home = t.testdir({ audio: {} });
    const common = voice(1, 400);
    const welcome = Int16Array.from([...common, ...voice(2, 2_000)]);
    const greeting = Int16Array.from([...voice(3, 1_200), ...common, ...voice(4, 300)]);
    record(home, 'room1', 12_000, [
      { pcm: greeting, atMs: 500 },
      { pcm: voice(9, 11), atMs: 3_990 },
      { pcm: welcome, atMs: 4_000, toMs: 900 },
      { pcm: welcome, atMs: 4_940, fromMs: 900 },
    ]);
    const found = await listen(
      home,
      all([sentence('greeting', greeting), sentence('welcome', welcome)]),
      60_000,
    );
    t.match(found, { heard: 2, twice: [], missing: [] });
  },
);

void t.test('listen() calls nothing missing when it does not know all that was said', async (t) => {
  const home = t.testdir({ audio: {} });
  const [a, b] = [voice(1, 2_000), voice(2, 2_000)];
  record(home, 'room1', 8_000, [
    { pcm: a, atMs: 0 },
    { pcm: a, atMs: 3_000 },
  ]);
  const sayings = { ...all([sentence('a', a), sentence('b', b)]), isEverything: false };
  const { twice, missing } = await listen(home, sayings, 60_000);
  t.match(twice, [{ text: 'a', heard: 2 }]);
  t.equal(missing, undefined);
});

void t.test('listen() leaves out what was recorded before the sounds are known', async (t) => {
  const home = t.testdir({ audio: {} });
  const a = voice(1, 2_000);
  record(home, 'room1', 10_000, [
    { pcm: a, atMs: 500 },
    { pcm: a, atMs: 6_000 },
  ]);
  const sayings = { ...all([sentence('a', a)]), fromMs: startedAt + 4_000 };
  t.match(await listen(home, sayings, 60_000), { heard: 1, twice: [], missing: [] });
});

void t.test('listen() stops when its time is over, and says so', async (t) => {
  const home = t.testdir({ audio: {} });
  const a = voice(1, 2_000);
  record(home, 'room1', 5_000, [{ pcm: a, atMs: 0 }]);
  const { sentences, heard, missing, isComplete } = await listen(home, all([sentence('a', a)]), 0);
  t.same(
    { sentences, heard, missing, isComplete },
    { sentences: 1, heard: 0, missing: undefined, isComplete: false },
  );
});
