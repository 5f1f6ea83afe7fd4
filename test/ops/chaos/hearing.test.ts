import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { listen } from '../../../ops/chaos/hearing.ts';
import type { Sentence } from '../../../ops/chaos/sentences.ts';
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

const sentence = (text: string, pcm: Int16Array, expected = 1, room = 'room1'): Sentence => ({
  room,
  text,
  expected,
  sound: { pcm, sampleRateHz: rateHz },
});

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
  const samples = new Int16Array(durationMs * 48);
  for (const { pcm, atMs, gain = 1, fromMs = 0, toMs = Infinity } of played) {
    const wide = new Float32Array(resampledLength(pcm.length, rateHz));
    resample(pcm, rateHz, 0, wide);
    const piece = wide.subarray(fromMs * 48, Math.min(wide.length, toMs * 48));
    piece.forEach((value, index) => (samples[Math.round(atMs * 48) + index] = value * gain));
  }
  const data = Buffer.from(samples.buffer);
  writeFileSync(join(home, 'audio', `${room}.wav`), Buffer.concat([wavHeader(data.byteLength), data]));
  writeFileSync(join(home, 'audio', `${room}.wav.json`), JSON.stringify({ startedAt: 1_000 }));
}

void t.test(
  'listen() counts sentences where they are, at any loudness, and tells those heard too often',
  async (t) => {
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
      sentence('c', c, 2),
      sentence('never', voice(4, 2_000)),
      sentence('short', voice(5, 300)),
      sentence('b', b, 0, 'room2'),
    ];
    t.same(await listen(home, sentences, 60_000), {
      sentences: 5,
      heard: 4,
      twice: [
        { room: 'room1', text: 'a', heard: 2, expected: 1 },
        { room: 'room2', text: 'b', heard: 1, expected: 0 },
      ],
      isComplete: true,
    });
  },
);

void t.test('listen() does not take a repeated end of a sentence for the sentence', async (t) => {
  const home = t.testdir({ audio: {} });
  const [a, b] = [voice(1, 3_000), voice(2, 3_000)];
  record(home, 'room1', 20_000, [
    // Cut by a fault, and gone on with 200 ms before.
    { pcm: a, atMs: 1_000, toMs: 1_500 },
    { pcm: a, atMs: 2_750, fromMs: 1_300 },
    // Nearly over, and said again from the beginning.
    { pcm: b, atMs: 8_000, toMs: 2_950 },
    { pcm: b, atMs: 12_000 },
  ]);
  const { twice } = await listen(home, [sentence('a', a), sentence('b', b)], 60_000);
  t.same(twice, [{ room: 'room1', text: 'b', heard: 2, expected: 1 }]);
});

void t.test('listen() stops when its time is over, and says so', async (t) => {
  const home = t.testdir({ audio: {} });
  const a = voice(1, 2_000);
  record(home, 'room1', 5_000, [{ pcm: a, atMs: 0 }]);
  t.match(await listen(home, [sentence('a', a)], 0), { sentences: 1, heard: 0, isComplete: false });
});
