import t from 'tap';
import { analyseFrames } from '../../../../workers/tts/gate/analyse-frames.ts';
import { decimate } from '../../../../workers/tts/gate/decimate.ts';
import { findActivity } from '../../../../workers/tts/gate/find-activity.ts';
import { findLoop } from '../../../../workers/tts/gate/find-loop.ts';
import { babble, concat, tone } from './signals.ts';

const rateHz = 24_000;

function loopOf(samples: Int16Array) {
  const frames = analyseFrames(decimate(samples, rateHz));
  return findLoop(frames, findActivity(frames));
}

void t.test('findLoop() finds a piece that is said over and over, and at which lag', (t) => {
  const words = babble({ syllables: 8, rateHz });
  for (const pieceS of [0.137, 0.4, 1.2]) {
    const piece = words.subarray(words.length - Math.round(pieceS * rateHz));
    const { copiedS, similarS, copiedLagS } = loopOf(concat(words, piece, piece, piece, piece));
    t.ok(copiedS > 3 * pieceS * 0.7, `${copiedS} s of ${4 * pieceS}`);
    t.ok(similarS >= copiedS * 0.9, `${similarS}`);
    const turns = copiedLagS / pieceS;
    t.ok(Math.abs(turns - Math.max(1, Math.round(turns))) < 0.1, `lag ${copiedLagS}`);
  }
  t.end();
});

void t.test('findLoop() finds a sound that is held', (t) => {
  const words = babble({ syllables: 6, rateHz });
  const { heldS } = loopOf(concat(words, tone({ seconds: 1, rateHz, hz: 200 })));
  t.ok(heldS > 0.7, `${heldS}`);
  t.end();
});

void t.test('findLoop() finds little in what is never said twice', (t) => {
  const pieces = Array.from({ length: 12 }, (_, seed) =>
    babble({
      syllables: 1,
      rateHz,
      seed: seed + 1,
      pitchHz: 150 + 13 * seed,
      syllableS: 0.15 + 0.011 * seed,
    }),
  );
  t.ok(loopOf(concat(...pieces)).heldS < 0.3);
  t.same(loopOf(new Int16Array(0)), { similarS: 0, similarLagS: 0, copiedS: 0, copiedLagS: 0, heldS: 0 });
  t.end();
});
