import t from 'tap';
import * as damage from '../../../../ops/bench/tts/damage.ts';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';

const samples = Int16Array.from({ length: 8_000 }, (_, at) => Math.round(12_000 * Math.sin(at / 9)));

void t.test('louder() cuts off what does not fit, louderUnclipped() stops before it', (t) => {
  t.equal(Math.max(...damage.louder(samples, 20)), 32_767);
  t.equal(Math.min(...damage.louder(samples, 20)), -32_768);
  const loudest = damage.louderUnclipped(samples, 20);
  t.ok(Math.max(...loudest) >= 32_700);
  t.ok(loudest.filter((sample) => Math.abs(sample) > 32_765).length < 100);
  t.end();
});

void t.test('wrapped() turns the sign of what does not fit', (t) => {
  t.same(damage.wrapped(Int16Array.of(20_000, -20_000, 100), 2), Int16Array.of(-25_536, 25_536, 200));
  t.end();
});

void t.test('atRate() keeps the sound and its duration', (t) => {
  for (const rateHz of [16_000, 24_000, 32_000, 48_000]) {
    const { samples: made, sampleRateHz } = damage.atRate({ samples, sampleRateHz: 22_050 }, rateHz);
    t.equal(sampleRateHz, rateHz);
    t.ok(Math.abs(made.length / rateHz - samples.length / 22_050) < 0.001);
    const [at, then] = [2_000, Math.round((2_000 * rateHz) / 22_050)];
    t.ok(Math.abs((made[then] ?? 0) - (samples[at] ?? 0)) < 1_500, `${made[then]} for ${samples[at]}`);
  }
  t.end();
});

void t.test('noise() has the level that was asked for', (t) => {
  const made = damage.noise(new SeededRandom(2), { count: 50_000, levelDb: -30 });
  const rms = Math.sqrt(made.reduce((sum, sample) => sum + sample * sample, 0) / made.length) / 32_768;
  t.ok(Math.abs(20 * Math.log10(rms) + 30) < 0.2);
  t.end();
});

void t.test('looped() says a piece over and over for as long as was asked', (t) => {
  const made = damage.looped({ samples, sampleRateHz: 8_000 }, { fromS: 0.25, pieceS: 0.125, forS: 1 });
  t.equal(made.length, 8_000 + 7 * 1_000);
  t.same(made.subarray(2_000, 3_000), made.subarray(8_000, 9_000));
  t.end();
});

void t.test('bare() takes away what nobody hears, swapBytes() is undone by itself', (t) => {
  const quiet = new Int16Array(100).fill(10);
  const around = Int16Array.from([...quiet, 5_000, 6_000, ...quiet]);
  t.same(Array.from(damage.bare(around)), [5_000, 6_000]);
  t.equal(damage.bare(quiet).length, 0);
  t.same(damage.swapBytes(damage.swapBytes(samples)), samples);
  t.end();
});
