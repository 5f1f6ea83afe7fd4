import t from 'tap';
import { gainOf } from '../../../../workers/audio/mix/decibels.ts';
import { Limiter } from '../../../../workers/audio/mix/limiter.ts';
import { seeded } from '../fixtures.ts';
import { finePeak, standardPeak } from './true-peak-meter.ts';

const frameSamples = 960;
const rateHz = 48_000;
const peakDbtp = -1;
const ceiling = 32_768 * gainOf(peakDbtp);
const inDb = (peak: number) => 20 * Math.log10(peak / ceiling);

interface Limited {
  came: Float64Array;
  left: Int16Array;
  /** The gain behind each frame. */
  gains: number[];
}

function limited(value: (n: number) => number, frames: number, limiter = new Limiter({ peakDbtp })): Limited {
  const came = Float64Array.from({ length: frames * frameSamples }, (_, n) => value(n));
  const left = new Int16Array(came.length);
  const gains: number[] = [];
  for (let at = 0; at < came.length; at += frameSamples) {
    const frame = left.subarray(at, at + frameSamples);
    limiter.limit(came.subarray(at, at + frameSamples), frame);
    gains.push(limiter.gain);
  }
  return { came, left, gains };
}

const sine =
  (hz: number, amplitude: number, phase = 0) =>
  (n: number) =>
    amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz + phase);
const square = (hz: number, amplitude: number) => (n: number) =>
  amplitude * Math.sign(Math.sin((2 * Math.PI * hz * n) / rateHz + 0.1));

void t.test('Limiter leaves what is below the ceiling as it came, sample for sample', (t) => {
  const random = seeded(1);
  for (let round = 0; round < 300; round++) {
    const hz = 40 + random() * 21_000;
    // As near to the ceiling as rounding and the filter's ripple allow.
    const tone = sine(hz, ceiling * gainOf(-0.25), random() * 6);
    // It swells, because one that begins at once is more than a tone.
    const value = (n: number) => Math.round(tone(n) * Math.min(1, n / 600));
    const { came, left, gains } = limited(value, 5);
    if (came.some((sample, n) => sample !== left[n])) t.fail(`${hz.toFixed(0)} Hz was changed`);
    if (gains.some((gain) => gain !== 1)) t.fail(`${hz.toFixed(0)} Hz was held back`);
  }
  t.end();
});

const loud: Record<string, (n: number) => number> = {
  'a square wave of 1 kHz at full scale': square(1_000, 32_767),
  'a square wave of 3.1 kHz beyond full scale': square(3_111, 50_000),
  'peaks between the samples at a fourth of the rate': sine(12_000, 40_000, Math.PI / 4),
  'a low tone beyond full scale': sine(60, 60_000),
  'a tone that swells to twice full scale': (n) => sine(220, (60_000 * n) / (100 * frameSamples))(n),
};

for (const [name, value] of Object.entries(loud)) {
  void t.test(`Limiter keeps the true peak below the ceiling: ${name}`, (t) => {
    const { left, gains } = limited(value, 100);
    const [standard, fine] = [inDb(standardPeak(left)), inDb(finePeak(left.subarray(0, 40 * frameSamples)))];
    t.ok(standard <= 0.05, `${standard.toFixed(2)} dB over by the standard's meter`);
    // Four points between two samples see this much less than sixteen do.
    t.ok(fine <= 0.6, `${fine.toFixed(2)} dB over by a finer one`);
    t.ok(Math.min(...gains) > 0.3, 'not much more is taken than needed');
    t.end();
  });
}

const random = seeded(7);
/** What breaks off where a frame ends: how it would go on was not known when the frame left. */
const broken: Record<string, (n: number) => number> = {
  'bursts that begin and end with a frame': (n) =>
    Math.floor(n / frameSamples) % 2 === 1 ? sine(997, 50_000)(n) : 0,
  'bursts at a fourth of the rate': (n) =>
    Math.floor(n / frameSamples) % 3 === 1 ? sine(12_000, 46_000, Math.PI / 4)(n) : 0,
  'impulses on both sides of a border': (n) => (n % 960 === 0 ? 60_000 : n % 960 === 959 ? -60_000 : 0),
  'noise beyond full scale': () => (random() * 2 - 1) * 60_000,
  'signs that are thrown': () => (random() < 0.5 ? -1 : 1) * 60_000,
};

for (const [name, value] of Object.entries(broken)) {
  void t.test(`Limiter stays near the ceiling with what nobody could foresee: ${name}`, (t) => {
    const { left } = limited(value, 100);
    const standard = inDb(standardPeak(left));
    t.ok(standard <= 1.14, `${standard.toFixed(2)} dB over`);
    const highest = left.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    t.ok(highest <= ceiling, `no sample above it (${highest})`);
    t.end();
  });
}

void t.test('Limiter changes its gain in small steps, and back to nothing at all', (t) => {
  const tone = sine(440, 1);
  const loudness = (n: number) => (n < 5 * frameSamples ? 10_000 : n < 15 * frameSamples ? 55_000 : 10_000);
  const value = (n: number) => Math.round(loudness(n) * tone(n));
  const { came, left, gains } = limited(value, 60);
  let previous = 1;
  let worst = 0;
  for (const [n, sample] of came.entries()) {
    if (Math.abs(sample) < 5_000) continue;
    const gain = (left[n] ?? 0) / sample;
    worst = Math.max(worst, Math.abs(gain - previous));
    previous = gain;
  }
  // Where the loud part begins the gain has to jump; everywhere else it glides.
  t.ok(worst < 0.2, `at most ${worst.toFixed(3)}`);
  t.equal(gains[4], 1);
  t.ok(Math.abs((gains[14] ?? 0) - ceiling / 55_000) < 0.03, `held at ${gains[14]?.toFixed(3)}`);
  const rise = Math.max(...gains.map((gain, frame) => gain - (gains[frame - 1] ?? gain)));
  t.ok(rise <= 0.041, `it rises by at most ${rise.toFixed(3)} within a frame`);
  t.equal(gains.at(-1), 1);
  t.strictSame(came.slice(-frameSamples), Float64Array.from(left.subarray(-frameSamples)));
  t.end();
});

void t.test('Limiter goes down before a peak that the frame already has', (t) => {
  const value = (n: number) => (n === 2 * frameSamples + 900 ? 60_000 : sine(300, 20_000)(n));
  const { came, left } = limited(value, 4);
  const gain = (n: number) => (left[n] ?? 0) / (came[n] ?? 1);
  const before = 2 * frameSamples + 40;
  t.ok(gain(before) > 0.95);
  t.ok(Math.abs(gain(2 * frameSamples + 900) - ceiling / 60_000) < 0.03);
  t.end();
});
