import t from 'tap';
import { analyseFrames } from '../../../../workers/tts/gate/analyse-frames.ts';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { findActivity } from '../../../../workers/tts/gate/find-activity.ts';
import { babble, concat, hiss } from './signals.ts';

const rateHz = 16_000;
const activityOf = (samples: Int16Array) => findActivity(analyseFrames(decimate(samples, rateHz)));
const silence = (seconds: number) => new Int16Array(Math.round(seconds * rateHz));

void t.test('findActivity() finds where speech begins and ends, and what of it is pause', (t) => {
  const words = babble({ syllables: 5, rateHz });
  const { first, end, pauses, longestPauseS, speechS } = activityOf(
    concat(silence(0.5), words, silence(0.6), words, silence(0.4)),
  );
  t.ok(Math.abs(first - 50) <= 3, `${first}`);
  t.ok(Math.abs(end - 310) <= 3, `${end}`);
  t.equal(pauses, 1);
  t.ok(Math.abs(longestPauseS - 0.6) < 0.05, `${longestPauseS}`);
  t.ok(Math.abs(speechS - 2.08) < 0.08, `${speechS}`);
  t.end();
});

void t.test('findActivity() does not take background noise for speech', (t) => {
  const words = babble({ syllables: 5, rateHz });
  const quiet = concat(silence(0.5), words, silence(0.6), words, silence(0.4));
  const noise = hiss({ seconds: quiet.length / rateHz, rateHz, amplitude: 0.006 });
  const { first, end, pauses } = activityOf(quiet.map((sample, at) => sample + (noise[at] ?? 0)));
  t.ok(Math.abs(first - 50) <= 4, `${first}`);
  t.ok(Math.abs(end - 310) <= 4, `${end}`);
  t.equal(pauses, 1);
  t.end();
});

void t.test('findActivity() has numbers for nothing', (t) => {
  const { first, end, activeFrames, speechS } = activityOf(new Int16Array(0));
  t.same({ first, end, activeFrames, speechS }, { first: 0, end: 0, activeFrames: 0, speechS: 0 });
  t.end();
});
