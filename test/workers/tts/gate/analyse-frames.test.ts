import t from 'tap';
import { analyseFrames, bandCount } from '../../../../workers/tts/gate/analyse-frames.ts';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { hiss, tone } from './signals.ts';

const rateHz = 32_000;

void t.test('analyseFrames() has a frame every 10 ms, with its level in dBFS', (t) => {
  const frames = analyseFrames(decimate(tone({ seconds: 1, rateHz, hz: 500, amplitude: 0.5 }), rateHz));
  t.equal(frames.count, 100);
  t.ok(Math.abs((frames.levelDb[50] ?? 0) - 20 * Math.log10(0.5 * Math.SQRT1_2)) < 0.3);
  t.end();
});

void t.test('analyseFrames() finds a tone in one band and noise in all of them', (t) => {
  const steady = analyseFrames(decimate(tone({ seconds: 0.5, rateHz, hz: 1_000 }), rateHz));
  const bands = Array.from(steady.bandsDb.subarray(20 * bandCount, 21 * bandCount)).toSorted((a, b) => b - a);
  t.ok((bands[0] ?? 0) - (bands[3] ?? 0) > 20);
  t.ok((steady.flatness[20] ?? 1) < 0.01);
  const noise = analyseFrames(decimate(hiss({ seconds: 0.5, rateHz }), rateHz));
  t.ok((noise.flatness[20] ?? 0) > 0.6);
  t.end();
});

void t.test('analyseFrames() makes nothing of nothing', (t) => {
  t.equal(analyseFrames({ samples: new Float32Array(0), rateHz: 8_000 }).count, 0);
  t.end();
});
