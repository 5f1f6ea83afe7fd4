import t from 'tap';
import { measureWaveform, trimSilence } from '../../../workers/tts/waveform.ts';

const options = { sampleRateHz: 1_000, leadMs: 30, tailMs: 120 };

void t.test('trimSilence() leaves at most the given silence around what is heard', async (t) => {
  const samples = new Int16Array(1_000);
  samples.fill(-5_000, 400, 500);
  t.equal(trimSilence(samples, options).length, 30 + 100 + 120);
  t.equal(trimSilence(samples, options)[30], -5_000);
});

void t.test('trimSilence() keeps all when there is less silence than that', async (t) => {
  const samples = new Int16Array(100).fill(5_000, 10, 90);
  t.equal(trimSilence(samples, options).length, 100);
});

void t.test('trimSilence() takes noise that nobody hears for silence', async (t) => {
  t.equal(trimSilence(new Int16Array(1_000).fill(50), options).length, 0);
  t.equal(trimSilence(new Int16Array(0), options).length, 0);
});

void t.test('measureWaveform() reads duration and peak', async (t) => {
  t.same(measureWaveform(new Int16Array([0, -32_768, 100, 0]), 1_000), { durationMs: 4, peak: 1 });
  t.same(measureWaveform(new Int16Array(0), 1_000), { durationMs: 0, peak: 0 });
});

void t.test('trimSilence() cuts a soft sound where it would cut the same sound louder', async (t) => {
  const shape = [0, 0.001, 0.03, 1, -0.5, 0.012, 0.001, 0];
  const spoken = (peak: number) => Int16Array.from(shape, (part) => Math.round(part * peak));
  const cut = { sampleRateHz: 1_000, leadMs: 0, tailMs: 0 };
  t.same(trimSilence(spoken(1_000), cut), spoken(1_000).subarray(2, 6));
  t.same(trimSilence(spoken(15_000), cut), spoken(15_000).subarray(2, 6));
});
