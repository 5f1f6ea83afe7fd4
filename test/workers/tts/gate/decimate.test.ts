import t from 'tap';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { tone } from './signals.ts';

const rms = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

for (const rateHz of [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]) {
  void t.test(`decimate() keeps of ${rateHz} Hz what is in speech, and folds nothing down`, (t) => {
    const kept = decimate(tone({ seconds: 0.5, rateHz, hz: 1_000 }), rateHz);
    t.ok(kept.rateHz >= 8_000 && kept.rateHz < 16_000, `${kept.rateHz} Hz`);
    t.ok(Math.abs(rms(kept.samples) / (0.3 * Math.SQRT1_2) - 1) < 0.03, `${rms(kept.samples)}`);
    if (rateHz >= 16_000) {
      const folded = decimate(tone({ seconds: 0.5, rateHz, hz: kept.rateHz * 0.9 }), rateHz);
      t.ok(rms(folded.samples) < 0.02, `${rms(folded.samples)}`);
    }
    t.end();
  });
}

void t.test('decimate() makes nothing of nothing', (t) => {
  t.equal(decimate(new Int16Array(0), 48_000).samples.length, 0);
  t.equal(decimate(new Int16Array(3), 48_000).samples.length, 0);
  t.end();
});
