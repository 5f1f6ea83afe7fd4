import t from 'tap';
import { resample, resampledLength } from '../../../workers/audio/resample.ts';
import { strengthOf, tone } from './fixtures.ts';

const whole = (source: Int16Array, rateHz: number): Int16Array => {
  const into = new Float32Array(resampledLength(source.length, rateHz));
  resample(source, rateHz, 0, into);
  return Int16Array.from(into, Math.round);
};

for (const rateHz of [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 23_987]) {
  void t.test(`resample() keeps a tone's pitch, length and strength from ${rateHz} Hz`, async (t) => {
    const source = tone({ hz: 1_000, ms: 500, rateHz });
    const result = whole(source, rateHz);
    t.ok(Math.abs(result.length - 24_000) <= 6, `${result.length} samples`);
    const middle = result.subarray(2_400, 21_600);
    const strength = strengthOf(1_000, middle, 48_000);
    t.ok(Math.abs(strength - 8_000) < 40, `strength ${strength}`);
    // What is left without the tone is the error: at least 50 dB below it.
    let power = 0;
    for (const value of middle) power += value * value;
    const error = Math.sqrt(Math.max(0, power / middle.length - strength ** 2 / 2));
    t.ok(error < 8_000 / Math.SQRT2 / 316, `error ${error}`);
  });
}

void t.test('resample() takes away what a lower rate cannot hold', async (t) => {
  const result = whole(tone({ hz: 30_000, ms: 200, rateHz: 96_000 }), 96_000);
  t.ok(strengthOf(18_000, result.subarray(960, 8_640), 48_000) < 80);
});

void t.test('resample() gives the same samples in one piece or in slices', async (t) => {
  const source = tone({ hz: 700, ms: 200, rateHz: 22_050 });
  const all = new Float32Array(resampledLength(source.length, 22_050));
  resample(source, 22_050, 0, all);
  const frame = new Float32Array(960);
  for (let at = 0; at < all.length; at += 960) {
    const count = resample(source, 22_050, at, frame);
    if (String(frame.subarray(0, count)) !== String(all.subarray(at, at + count))) t.fail(`slice at ${at}`);
  }
  t.equal(resample(source, 22_050, all.length, frame), 0);
  t.equal(resample(source, 22_050, all.length + 5_000, frame), 0);
});
