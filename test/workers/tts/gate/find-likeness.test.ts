import t from 'tap';
import { analyseFrames } from '../../../../workers/tts/gate/analyse-frames.ts';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { findActivity } from '../../../../workers/tts/gate/find-activity.ts';
import { findLikeness } from '../../../../workers/tts/gate/find-likeness.ts';
import { babble, hiss, tone } from './signals.ts';

const rateHz = 24_000;

function likenessOf(samples: Int16Array) {
  const frames = analyseFrames(decimate(samples, rateHz));
  return findLikeness(frames, findActivity(frames));
}

void t.test('findLikeness() tells speech from noise and from a tone', (t) => {
  const speech = likenessOf(babble({ syllables: 10, rateHz }));
  t.ok(speech.voicedShare > 0.8 && speech.flatness < 0.3 && speech.movementDb > 5, JSON.stringify(speech));
  const noise = likenessOf(hiss({ seconds: 2, rateHz }));
  t.ok(noise.voicedShare < 0.1 && noise.flatness > 0.6 && noise.pitchHz === 0, JSON.stringify(noise));
  t.ok(likenessOf(tone({ seconds: 2, rateHz, hz: 440 })).movementDb < 5);
  t.end();
});

void t.test('findLikeness() has numbers for nothing', (t) => {
  for (const value of Object.values(likenessOf(new Int16Array(0)))) t.ok(Number.isFinite(value));
  t.end();
});
