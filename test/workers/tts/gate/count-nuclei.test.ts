import t from 'tap';
import { analyseFrames } from '../../../../workers/tts/gate/analyse-frames.ts';
import { countNuclei } from '../../../../workers/tts/gate/count-nuclei.ts';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { findActivity } from '../../../../workers/tts/gate/find-activity.ts';
import { babble, hiss } from './signals.ts';

function nucleiOf(samples: Int16Array, rateHz: number): number {
  const frames = analyseFrames(decimate(samples, rateHz));
  return countNuclei(frames, findActivity(frames));
}

void t.test('countNuclei() counts syllables, at any rate and tempo', (t) => {
  for (const rateHz of [16_000, 24_000, 48_000])
    for (const syllables of [1, 4, 15])
      for (const syllableS of [0.14, 0.3])
        t.equal(
          nucleiOf(babble({ syllables, rateHz, syllableS }), rateHz),
          syllables,
          `${syllables} of ${syllableS} s`,
        );
  t.end();
});

void t.test('countNuclei() counts no noise', (t) => {
  t.equal(nucleiOf(hiss({ seconds: 2, rateHz: 16_000 }), 16_000), 0);
  t.end();
});
