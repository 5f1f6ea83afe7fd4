import t from 'tap';
import { findPeaks } from '../../../../workers/tts/loudness/find-peaks.ts';
import { meter } from '../../../support/loudness-meter.ts';
import { highest, sines, speechLike } from './signals.ts';

const toDb = (value: number): number => 20 * Math.log10(value);

void t.test('findPeaks() finds the peaks between samples of EBU Tech 3341, cases 15 to 18', async (t) => {
  const rate = 48_000;
  for (const [divisor, degrees] of [
    [4, 0],
    [4, 45],
    [6, 60],
    [8, 67.5],
  ] as const) {
    const tone = { dbfs: -6, seconds: 1, frequencyHz: rate / divisor, phase: (degrees * Math.PI) / 180 };
    const dbtp = toDb(highest(findPeaks(sines(rate, tone), 0)));
    t.ok(dbtp <= -5.8 && dbtp >= -6.4, `rate/${divisor} at ${degrees}°: ${dbtp.toFixed(2)} dBTP, wanted -6`);
  }
});

void t.test('findPeaks() agrees with a meter that is not ours', async (t) => {
  for (const sampleRateHz of [8_000, 16_000, 22_050, 32_000, 48_000]) {
    for (const seed of [1, 2, 3]) {
      const samples = speechLike({ sampleRateHz, seconds: 2, seed, peakDbfs: -2 * seed });
      const [ours, theirs] = [toDb(highest(findPeaks(samples, 0))), meter(samples, sampleRateHz).dbtp];
      t.ok(
        Math.abs(ours - theirs) < 0.2,
        `${sampleRateHz} Hz, seed ${seed}: ${ours.toFixed(2)}, ${theirs.toFixed(2)}`,
      );
    }
  }
});

void t.test('findPeaks() looks between samples only where one of them is high enough', async (t) => {
  const tone = sines(48_000, { dbfs: -6, seconds: 0.1, frequencyHz: 12_000, phase: Math.PI / 4 });
  t.ok(highest(findPeaks(tone, 0.3)) > 0.49);
  t.same(
    findPeaks(tone, 0.4),
    tone.map((sample) => Math.abs(sample)),
  );
  t.same(findPeaks(new Float32Array(0), 0.5), new Float32Array(0));
});
