import t from 'tap';
import { shortenSilence } from '../../../workers/audio/shorten-silence.ts';

const sampleRateHz = 8_000;
const loud = (ms: number) => new Int16Array((ms * sampleRateHz) / 1_000).fill(5_000);
const quiet = (ms: number) => new Int16Array((ms * sampleRateHz) / 1_000).fill(20);
const of = (...parts: Int16Array[]) => ({
  pcm: Int16Array.from(parts.flatMap((part) => [...part])),
  sampleRateHz,
});

void t.test('shortenSilence() leaves a sound as it is whose pauses are short', (t) => {
  for (const recorded of [of(loud(10)), of(quiet(1_000), loud(10), quiet(900), loud(5), quiet(1_000))])
    t.equal(shortenSilence(recorded, 1_000), recorded);
  t.end();
});

void t.test('shortenSilence() keeps all that is heard, and so much of each pause', (t) => {
  const recorded = of(quiet(3_000), loud(100), quiet(60_000), loud(50), quiet(1_000), loud(1), quiet(2_000));
  const expected = of(quiet(1_000), loud(100), quiet(1_000), loud(50), quiet(1_000), loud(1), quiet(1_000));
  t.strictSame(shortenSilence(recorded, 1_000), expected);
  t.strictSame(shortenSilence(of(loud(10), quiet(5_000)), 1_000), of(loud(10), quiet(1_000)));
  t.strictSame(shortenSilence(of(quiet(5_000), loud(10)), 1_000), of(quiet(1_000), loud(10)));
  t.end();
});

void t.test('shortenSilence() leaves nothing of what nobody hears', (t) => {
  t.equal(shortenSilence(of(quiet(30)), 1_000).pcm.length, 0);
  t.equal(shortenSilence(of(), 1_000).pcm.length, 0);
  t.end();
});
