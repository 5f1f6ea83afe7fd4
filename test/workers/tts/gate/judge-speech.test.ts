import t from 'tap';
import type { SpeechLook } from '../../../../workers/tts/gate/judge-speech.ts';
import { judgeSpeech } from '../../../../workers/tts/gate/judge-speech.ts';

const ordinary: SpeechLook = {
  activity: {
    loudDb: -15,
    thresholdDb: -45,
    first: 5,
    end: 305,
    isActive: new Uint8Array(310).fill(1, 5, 305),
    activeFrames: 260,
    speechS: 2.8,
    pauses: 1,
    longestPauseS: 0.3,
  },
  loop: { similarS: 0.2, similarLagS: 0.4, copiedS: 0.1, copiedLagS: 0.4, heldS: 0.05 },
  likeness: { flatness: 0.03, voicedShare: 0.8, movementDb: 14, pitchHz: 200, endDb: -20 },
  speed: 1,
  syllables: 14,
  repeated: 1,
  perSyllableS: 0.2,
};
const { activity, loop, likeness } = ordinary;

void t.test('judgeSpeech() has nothing against ordinary speech', (t) => {
  const { reasons, worst } = judgeSpeech(ordinary);
  t.same(reasons, []);
  t.ok(worst < 1);
  t.end();
});

const cases: [string, Partial<SpeechLook>, string[]][] = [
  ['what nobody hears', { activity: { ...activity, loudDb: -55 } }, ['silent']],
  ['nothing at all', { activity: { ...activity, activeFrames: 0 } }, ['silent']],
  ['a hole', { activity: { ...activity, longestPauseS: 1.2 } }, ['blank-inside']],
  ['mostly nothing', { activity: { ...activity, activeFrames: 60 } }, ['blank-inside']],
  ['a hiss', { likeness: { ...likeness, flatness: 0.9, voicedShare: 0.02 } }, ['noise']],
  ['a hum', { likeness: { ...likeness, movementDb: 2 } }, ['noise']],
  ['what has no voice', { likeness: { ...likeness, voicedShare: 0.03 } }, ['noise']],
  ['a copy', { loop: { ...loop, copiedS: 1 } }, ['loop']],
  ['much alike', { loop: { ...loop, similarS: 1.5 } }, ['loop']],
  ['one sound that is held', { loop: { ...loop, heldS: 0.8 } }, ['loop']],
  ['one sound in place of all', { loop: { ...loop, heldS: 2 } }, ['noise', 'loop']],
];
for (const [name, change, reasons] of cases) {
  void t.test(`judgeSpeech() refuses ${name}`, (t) => {
    const verdict = judgeSpeech({ ...ordinary, ...change });
    t.same(verdict.reasons, reasons);
    t.ok(verdict.worst > 1 || reasons.includes('noise'));
    t.end();
  });
}

void t.test('judgeSpeech() lets what the text itself repeats be heard, and pauses of slow speech', (t) => {
  const laughing = { ...ordinary, repeated: 7, loop: { ...loop, copiedS: 1.2, similarS: 1.4 } };
  t.same(judgeSpeech(laughing).reasons, []);
  t.same(judgeSpeech({ ...ordinary, speed: 0.5, activity: { ...activity, longestPauseS: 1.2 } }).reasons, []);
  t.end();
});

void t.test('judgeSpeech() lets one syllable that the text repeats move as little as it does', (t) => {
  const laughing = {
    ...ordinary,
    syllables: 3,
    repeated: 2,
    activity: { ...activity, speechS: 0.65 },
    likeness: { ...likeness, movementDb: 4 },
  };
  t.same(judgeSpeech(laughing).reasons, []);
  t.same(judgeSpeech({ ...laughing, repeated: 0 }).reasons, ['noise']);
  t.same(judgeSpeech({ ...laughing, likeness: { ...likeness, movementDb: 1 } }).reasons, ['noise']);
  t.end();
});
