import t from 'tap';
import { chooseGainDb } from '../../../../workers/tts/loudness/choose-gain.ts';

const sentence = { lufs: -30, targetLufs: -16, durationMs: 3_000, usualLufs: -25 };

void t.test('chooseGainDb() brings a sentence to its target, up or down', (t) => {
  t.equal(chooseGainDb(sentence), 14);
  t.equal(chooseGainDb({ ...sentence, lufs: -10 }), -6);
  t.equal(chooseGainDb({ ...sentence, usualLufs: undefined }), 14);
  t.end();
});

void t.test('chooseGainDb() has its bounds', (t) => {
  t.equal(chooseGainDb({ ...sentence, lufs: -55 }), 30);
  t.equal(chooseGainDb({ ...sentence, lufs: 0, targetLufs: -40 }), -20);
  t.equal(chooseGainDb({ ...sentence, lufs: -10, targetLufs: -40, durationMs: 500, usualLufs: -5 }), -20);
  t.end();
});

void t.test('chooseGainDb() leaves silence alone', (t) => {
  for (const lufs of [-Infinity, -61]) {
    t.equal(chooseGainDb({ ...sentence, lufs }), 0);
    t.equal(chooseGainDb({ ...sentence, lufs, durationMs: 300 }), 0);
  }
  t.end();
});

void t.test('chooseGainDb() does not make a shout of a short sound that the voice says softly', (t) => {
  const short = { ...sentence, durationMs: 300 };
  t.equal(chooseGainDb({ ...short, lufs: -45 }), 12, 'three more than the voice usually needs');
  t.equal(chooseGainDb({ ...short, lufs: -27 }), 11, 'what it needs, when that is near');
  t.equal(chooseGainDb({ ...short, lufs: -12 }), 3, 'nor a whisper of a loud one');
  t.equal(
    chooseGainDb({ ...short, lufs: -45, usualLufs: undefined }),
    12,
    'careful with a voice that nobody knows',
  );
  t.end();
});
