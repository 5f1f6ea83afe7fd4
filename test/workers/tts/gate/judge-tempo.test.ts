import t from 'tap';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { judgeTempo } from '../../../../workers/tts/gate/judge-tempo.ts';
import type { Heard, VoiceProfile } from '../../../../workers/tts/gate/voice-profile.ts';
import { learn, unknownVoice } from '../../../../workers/tts/gate/voice-profile.ts';

const heard = (syllables: number, change: Partial<Heard> = {}): Heard => ({
  syllables,
  latin: 0,
  speechS: 0.22 * syllables,
  nuclei: Math.round(0.95 * syllables),
  pitchHz: 210,
  ...change,
});

function knownVoice(): VoiceProfile {
  const random = new SeededRandom(9);
  let voice = unknownVoice;
  for (let index = 0; index < 12; index++) {
    const sentence = heard(random.whole(4, 25));
    voice = learn(voice, { ...sentence, speechS: sentence.speechS * (0.95 + 0.1 * random.next()) });
  }
  return voice;
}

void t.test('judgeTempo() is wide for a voice that it does not know', (t) => {
  for (const perSyllableS of [0.1, 0.17, 0.4])
    t.same(
      judgeTempo(heard(12, { speechS: 12 * perSyllableS }), unknownVoice).reasons,
      [],
      `${perSyllableS} s`,
    );
  t.ok(judgeTempo(heard(12, { speechS: 0.8 }), unknownVoice).reasons.includes('too-short'));
  t.ok(judgeTempo(heard(12, { speechS: 8 }), unknownVoice).reasons.includes('too-long'));
  t.end();
});

void t.test('judgeTempo() is narrow for one that it knows', (t) => {
  const voice = knownVoice();
  for (const share of [0.9, 1, 1.1])
    t.same(
      judgeTempo(heard(12, { speechS: 2.64 * share, nuclei: Math.round(11 * share) }), voice).reasons,
      [],
    );
  const short = judgeTempo(heard(12, { speechS: 2.64 * 0.7, nuclei: 8 }), voice);
  t.ok(short.reasons.includes('too-short') && short.reasons.includes('swallowed'), short.reasons.join());
  const long = judgeTempo(heard(12, { speechS: 2.64 * 1.6, nuclei: 18 }), voice);
  t.ok(long.reasons.includes('too-long') && long.reasons.includes('prefixed'), long.reasons.join());
  t.ok(short.worst > 1 && long.worst > 1);
  t.end();
});

void t.test('judgeTempo() knows a wrong label by a voice that is high and hurried, or low and slow', (t) => {
  const voice = knownVoice();
  for (const rate of [1.45, 0.73, 2.18]) {
    const { reasons } = judgeTempo(heard(14, { speechS: (0.22 * 14) / rate, pitchHz: 210 * rate }), voice);
    t.ok(reasons.includes('wrong-rate'), `${rate}: ${reasons.join()}`);
  }
  t.notOk(judgeTempo(heard(14, { speechS: 1.4, nuclei: 6 }), voice).reasons.includes('wrong-rate'));
  t.end();
});

void t.test(
  'judgeTempo() lets words of which the syllables are guessed be a little longer or shorter',
  (t) => {
    const voice = knownVoice();
    const plain = judgeTempo(heard(12, { speechS: 2 }), voice);
    const guessed = judgeTempo(heard(12, { speechS: 2, latin: 8 }), voice);
    t.ok(Math.abs(guessed.figures.duration) < Math.abs(plain.figures.duration));
    t.end();
  },
);

void t.test('judgeTempo() expects nothing of a text without words', (t) => {
  t.same(judgeTempo(heard(0, { speechS: 1 }), unknownVoice).reasons, []);
  t.end();
});
