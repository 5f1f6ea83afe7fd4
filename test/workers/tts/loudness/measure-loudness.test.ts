import t from 'tap';
import type { Test } from 'tap';
import { measureLoudness } from '../../../../workers/tts/loudness/measure-loudness.ts';
import { meter } from '../../../support/loudness-meter.ts';
import { sines, speechLike } from './signals.ts';

const rates = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/** The signals of EBU Tech 3341 are stereo: one channel of them is half of the energy. */
const oneOfTwoLu = 10 * Math.log10(2);

function isNear(t: Test, value: number, wanted: number, tolerance: number, what: string): void {
  t.ok(
    Math.abs(value - wanted) <= tolerance,
    `${what}: ${value.toFixed(3)}, wanted ${wanted} ± ${tolerance}`,
  );
}

void t.test(
  'measureLoudness() says −23 LUFS of the steady tone of EBU Tech 3341 at every rate',
  async (t) => {
    for (const rate of rates) {
      const lufs = measureLoudness(sines(rate, { dbfs: -23, seconds: 20 }), rate);
      isNear(t, lufs + oneOfTwoLu, -23, 0.1, `${rate} Hz, case 1`);
    }
    const softer = measureLoudness(sines(48_000, { dbfs: -33, seconds: 20 }), 48_000);
    isNear(t, softer + oneOfTwoLu, -33, 0.1, 'case 2');
  },
);

void t.test('measureLoudness() leaves out what is much softer, as EBU Tech 3341 asks for', async (t) => {
  const edge = { dbfs: -36, seconds: 10 };
  const faint = { dbfs: -72, seconds: 10 };
  const main = { dbfs: -23, seconds: 60 };
  const sides = { dbfs: -26, seconds: 20 };
  const cases = [
    [edge, main, edge],
    [faint, edge, main, edge, faint],
    [sides, { dbfs: -20, seconds: 20.1 }, sides],
  ];
  for (const [index, parts] of cases.entries()) {
    for (const rate of [16_000, 48_000])
      isNear(
        t,
        measureLoudness(sines(rate, ...parts), rate) + oneOfTwoLu,
        -23,
        0.1,
        `case ${index + 3}, ${rate} Hz`,
      );
  }
});

void t.test('measureLoudness() agrees with a meter that is not ours', async (t) => {
  for (const rate of rates) {
    for (const seed of [1, 2, 3, 4]) {
      const samples = speechLike({ sampleRateHz: rate, seconds: seed * 2.3, seed, peakDbfs: -3 * seed });
      isNear(t, measureLoudness(samples, rate), meter(samples, rate).lufs, 0.02, `${rate} Hz, seed ${seed}`);
    }
  }
});

void t.test('measureLoudness() measures the whole of what is shorter than a block', async (t) => {
  const rate = 22_050;
  const long = measureLoudness(sines(rate, { dbfs: -20, seconds: 5 }), rate);
  for (const seconds of [0.1, 0.2, 0.399])
    isNear(t, measureLoudness(sines(rate, { dbfs: -20, seconds }), rate), long, 1, `${seconds} s`);
});

void t.test('measureLoudness() hears nothing in silence', async (t) => {
  t.equal(measureLoudness(new Float32Array(0), 48_000), -Infinity);
  t.equal(measureLoudness(new Float32Array(100), 48_000), -Infinity);
  t.equal(measureLoudness(new Float32Array(96_000), 48_000), -Infinity);
});
