import t from 'tap';
import { scanSamples } from '../../../../workers/tts/gate/scan-samples.ts';
import { tone } from './signals.ts';

void t.test('scanSamples() has numbers for nothing', (t) => {
  t.same(scanSamples(new Int16Array(0)), {
    peak: 0,
    mean: 0,
    rms: 0,
    trailingZeros: 0,
    clippedShare: 0,
    wraps: [],
  });
  t.equal(scanSamples(new Int16Array(50)).trailingZeros, 50);
  t.equal(scanSamples(new Int16Array(50)).clippedShare, 0);
  t.end();
});

void t.test('scanSamples() finds peak, mean and what is zero at the end', (t) => {
  const { peak, mean, trailingZeros } = scanSamples(Int16Array.of(100, -32_768, 100, 0, 7, 0, 0, 0));
  t.equal(peak, 1);
  t.equal(trailingZeros, 3);
  t.ok(Math.abs(mean - (207 - 32_768) / 8 / 32_768) < 1e-9);
  t.end();
});

void t.test('scanSamples() finds clipping, also when it was made softer afterwards', (t) => {
  const loud = tone({ seconds: 0.5, rateHz: 16_000, hz: 220, amplitude: 1 });
  const clipped = loud.map((sample) => Math.max(-16_000, Math.min(16_000, sample)));
  t.ok(scanSamples(clipped).clippedShare > 0.5);
  t.ok(scanSamples(clipped.map((sample) => Math.round(sample * 2.047))).clippedShare > 0.5);
  t.equal(scanSamples(tone({ seconds: 0.5, rateHz: 16_000, hz: 777, amplitude: 0.5 })).clippedShare, 0);
  t.end();
});

void t.test('scanSamples() finds samples that came out with the opposite sign', (t) => {
  t.same(scanSamples(Int16Array.of(0, 25_000, 32_000, -32_768, 32_100, 25_000, 0)).wraps, [3, 3]);
  t.same(scanSamples(Int16Array.of(0, 30_000, -32_768, -32_700, 30_000, 0)).wraps, [2, 3]);
  t.same(scanSamples(Int16Array.of(0, -30_000, 32_600, -30_000, 0)).wraps, [2, 2]);
  t.same(scanSamples(Int16Array.of(0, 30_000, -32_768)).wraps, [2, 2], 'at the very end');
  t.same(scanSamples(Int16Array.of(-20_000, -32_768, -20_000)).wraps, [], 'an honest trough');
  t.same(scanSamples(Int16Array.of(25_000, -25_000, -25_000, -3_000, 0)).wraps, [], 'a steep wave');
  t.end();
});
