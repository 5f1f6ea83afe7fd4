import t from 'tap';
import { findPeaks } from '../../../../workers/tts/loudness/find-peaks.ts';
import { limitPeaks } from '../../../../workers/tts/loudness/limit-peaks.ts';
import { highest, sines, speechLike } from './signals.ts';

const ceiling = 0.8;

function limit(samples: Float32Array, sampleRateHz: number, factor = 1) {
  const peaks = findPeaks(samples, 0);
  return limitPeaks(samples, { sampleRateHz, factor, peaks, ceiling });
}

void t.test('limitPeaks() keeps speech under the ceiling, at any rate', async (t) => {
  for (const sampleRateHz of [8_000, 22_050, 48_000]) {
    for (const factor of [1, 2, 5]) {
      const speech = speechLike({ sampleRateHz, seconds: 3, seed: factor, peakDbfs: 0 });
      const { samples, isLimited } = limit(speech, sampleRateHz, factor);
      t.ok(isLimited);
      const peak = highest(findPeaks(samples, 0));
      t.ok(
        peak <= ceiling * 1.02 && peak >= ceiling * 0.97,
        `${sampleRateHz} Hz, × ${factor}: ${peak.toFixed(4)}`,
      );
    }
  }
});

void t.test('limitPeaks() only multiplies what stays under the ceiling', async (t) => {
  const speech = speechLike({ sampleRateHz: 16_000, seconds: 1, seed: 1, peakDbfs: -12 });
  const { samples, isLimited } = limit(speech, 16_000, 2);
  t.equal(isLimited, false);
  t.same(
    samples,
    speech.map((sample) => sample * 2),
  );
});

void t.test('limitPeaks() goes down before a peak and comes back after it, without an edge', async (t) => {
  const rate = 48_000;
  const peakAt = rate / 2;
  const samples = sines(rate, { dbfs: -10, seconds: 1 });
  samples[peakAt] = 1.6;
  const limited = limit(samples, rate).samples;
  /** What a sample was multiplied by; near zero there is nothing to divide. */
  const gainNear = (at: number) => {
    const near = [...samples.subarray(at, at + 24).keys()].map((offset) => at + offset);
    const loudest = near.reduce((most, one) =>
      Math.abs(samples[one] ?? 0) > Math.abs(samples[most] ?? 0) ? one : most,
    );
    return (limited[loudest] ?? 0) / (samples[loudest] ?? 1);
  };
  const ms = rate / 1_000;
  t.ok(Math.abs((limited[peakAt] ?? 0) - ceiling) < 0.02, 'the peak itself is at the ceiling');
  t.ok(gainNear(peakAt - 6 * ms) > 0.999, 'nothing changes 6 ms before');
  t.ok(gainNear(peakAt - 2 * ms) < 0.9, 'it is on its way down 2 ms before');
  t.ok(gainNear(peakAt + 20 * ms) < 0.85, 'it comes back slowly');
  t.ok(gainNear(peakAt + 300 * ms) > 0.99, 'it comes back');
});

void t.test('limitPeaks() takes nothing at all as it is', async (t) => {
  t.same(limit(new Float32Array(0), 48_000), { samples: new Float32Array(0), isLimited: false });
});
