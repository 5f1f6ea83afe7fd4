import t from 'tap';
import { align, blockSamples, loudMs, soundPattern } from '../../../ops/chaos/sound-pattern.ts';
import { SeededRandom } from '../../../ops/sim/douyin-room/scenario/seeded-random.ts';

/** Noise for as many blocks as it is told, and silence for as many, in turn. */
function sound(seed: number, ...blocks: number[]): Int16Array {
  const random = new SeededRandom(seed);
  return Int16Array.from(
    blocks.flatMap((count, index) =>
      Array.from({ length: count * blockSamples }, () =>
        index % 2 === 0 ? (random.next() - 0.5) * 9_000 : 0,
      ),
    ),
  );
}

const sampleRateHz = 48_000;

void t.test('soundPattern() tells pauses from sound', (t) => {
  const pattern = soundPattern({ pcm: sound(1, 4, 2, 3), sampleRateHz });
  t.same(pattern.loud, [true, true, true, true, false, false, true, true, true]);
  t.equal(loudMs(pattern), 140);
  t.end();
});

void t.test('align() finds where a sound lies to the sample, and which of it is there', (t) => {
  const pcm = sound(1, 10, 2, 8);
  const pattern = soundPattern({ pcm, sampleRateHz });
  const samples = new Int16Array(40 * blockSamples);
  // Of the loud blocks, the first three and the last are not there.
  const at = 5 * blockSamples + 7;
  samples.set(pcm.subarray(3 * blockSamples, 19 * blockSamples), at + 3 * blockSamples);
  const piece = { near: at + 9, offset: 4 * blockSamples, length: 4 * blockSamples };
  const alignment = align(pattern, samples, piece);
  t.equal(alignment?.at, at);
  t.same(alignment?.blocks, [3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18]);
  t.equal(align(pattern, samples, { ...piece, offset: 0, length: 3 * blockSamples }), undefined);
  t.equal(align(soundPattern({ pcm: sound(2, 20), sampleRateHz }), samples, piece), undefined);
  t.end();
});

void t.test('align() lays a sound before the beginning of a recording when that is where it began', (t) => {
  const pcm = sound(1, 10);
  const pattern = soundPattern({ pcm, sampleRateHz });
  const samples = pcm.slice(4 * blockSamples);
  const piece = { near: -4 * blockSamples, offset: 4 * blockSamples, length: 6 * blockSamples };
  t.same(align(pattern, samples, piece), { at: -4 * blockSamples, blocks: [4, 5, 6, 7, 8, 9] });
  t.end();
});
