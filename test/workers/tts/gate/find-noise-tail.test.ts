import t from 'tap';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { findNoiseTail } from '../../../../workers/tts/gate/find-noise-tail.ts';
import { babble, concat, hiss } from './signals.ts';

for (const rateHz of [16_000, 24_000, 48_000]) {
  void t.test(`findNoiseTail() finds the beginning of a burst at the end of ${rateHz} Hz`, (t) => {
    const words = babble({ syllables: 4, rateHz });
    for (const seconds of [0.03, 0.04, 0.06]) {
      const low = decimate(concat(words, hiss({ seconds, rateHz, amplitude: 0.2 })), rateHz);
      const foundS = findNoiseTail(low) / low.rateHz;
      t.ok(Math.abs(foundS - words.length / rateHz) < 0.013, `${seconds} s: ${foundS} s`);
    }
    t.end();
  });
}

void t.test('findNoiseTail() leaves alone what is no burst', (t) => {
  const rateHz = 24_000;
  const words = babble({ syllables: 4, rateHz });
  for (const samples of [
    words,
    concat(words, hiss({ seconds: 0.2, rateHz })),
    concat(words, hiss({ seconds: 0.04, rateHz, amplitude: 0.001 })),
    new Int16Array(0),
    new Int16Array(5_000),
  ]) {
    const low = decimate(samples, rateHz);
    t.equal(findNoiseTail(low), low.samples.length);
  }
  t.end();
});
