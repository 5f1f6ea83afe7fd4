import t from 'tap';
import { analyseFrames } from '../../../../workers/tts/gate/analyse-frames.ts';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { babble, hiss } from './signals.ts';

for (const rateHz of [16_000, 22_050, 48_000]) {
  for (const pitchHz of [90, 180, 320]) {
    void t.test(`findPitch() hears ${pitchHz} Hz at ${rateHz} Hz, whatever vowels are said`, (t) => {
      const frames = analyseFrames(decimate(babble({ syllables: 8, rateHz, pitchHz }), rateHz));
      const heard = Array.from(
        frames.pitchHz.filter((hz, frame) => hz > 0 && (frames.voicing[frame] ?? 0) > 0.75),
      );
      const middle = heard.toSorted((a, b) => a - b)[heard.length >> 1] ?? 0;
      t.ok(Math.abs(middle / pitchHz - 1) < 0.12, `${middle} Hz in ${heard.length} frames`);
      t.end();
    });
  }
}

void t.test('findPitch() finds no voice in noise', (t) => {
  const { voicing } = analyseFrames(decimate(hiss({ seconds: 1, rateHz: 24_000 }), 24_000));
  t.ok(voicing.filter((value) => value > 0.5).length < 5);
  t.end();
});
