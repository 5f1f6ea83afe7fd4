import t from 'tap';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import type { Heard, VoiceProfile } from '../../../../workers/tts/gate/voice-profile.ts';
import {
  doubt,
  expectedSeconds,
  learn,
  spreadOf,
  unknownVoice,
} from '../../../../workers/tts/gate/voice-profile.ts';

function said(random: SeededRandom, { perSyllableS = 0.24, pitchHz = 200, share = 1 } = {}): Heard {
  const syllables = random.whole(4, 28);
  const speechS = share * perSyllableS * syllables * (0.94 + 0.12 * random.next());
  return {
    syllables,
    latin: 0,
    speechS,
    nuclei: Math.round(syllables * 0.9 * share),
    pitchHz: pitchHz * (0.97 + 0.06 * random.next()),
  };
}

function learned(random: SeededRandom, count: number, options?: Parameters<typeof said>[1]): VoiceProfile {
  let profile = unknownVoice;
  for (let index = 0; index < count; index++) profile = learn(profile, said(random, options));
  return profile;
}

void t.test('learn() knows a voice after ten sentences, and better than after three', (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const profile = learned(new SeededRandom(seed), 10);
    t.ok(Math.abs(expectedSeconds(profile.tempo, 15) / 3.6 - 1) < 0.08, `seed ${seed}`);
    t.ok(profile.tempo.spread * spreadOf(15) < 0.12, `spread ${profile.tempo.spread}`);
    t.ok(profile.tempo.spread < learned(new SeededRandom(seed), 3).tempo.spread);
    t.ok(Math.abs(Math.exp(profile.pitch.logHz) - 200) < 6);
  }
  t.end();
});

void t.test('learn() is not misled by a few bad ones that slipped through', (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new SeededRandom(seed);
    let profile = unknownVoice;
    for (let index = 0; index < 40; index++)
      profile = learn(profile, said(random, { share: index % 6 === 2 ? 0.5 : 1 }));
    t.ok(Math.abs(expectedSeconds(profile.tempo, 15) / 3.6 - 1) < 0.08, `seed ${seed}`);
    t.ok(profile.tempo.spread * spreadOf(15) < 0.14, `spread ${profile.tempo.spread}`);
  }
  t.end();
});

void t.test('learn() forgets what is old, and takes nothing from what says nothing', (t) => {
  const profile = learned(new SeededRandom(1), 500);
  t.ok(profile.heard.length <= 48);
  t.equal(learn(profile, { syllables: 0, latin: 0, speechS: 1, nuclei: 1, pitchHz: 0 }), profile);
  t.equal(learn(profile, { syllables: 4, latin: 0, speechS: NaN, nuclei: 1, pitchHz: 0 }), profile);
  t.end();
});

void t.test('learn() gives plain data, and does not change what it was given', (t) => {
  const profile = learned(new SeededRandom(1), 20);
  const before = JSON.stringify(profile);
  t.same(JSON.parse(before), profile);
  learn(profile, said(new SeededRandom(2)));
  doubt(profile, said(new SeededRandom(2)));
  t.equal(JSON.stringify(profile), before);
  t.end();
});

void t.test('doubt() forgets a voice when another one answers to its name', (t) => {
  const random = new SeededRandom(4);
  let profile = learned(random, 30);
  for (let index = 0; index < 5; index++) {
    profile = doubt(profile, said(random, { perSyllableS: 0.15 }));
    t.equal(profile.heard.length, 30);
  }
  profile = doubt(profile, said(random, { perSyllableS: 0.15 }));
  t.same(profile, unknownVoice);
  t.end();
});

void t.test('doubt() keeps to a voice while sentences are broken here and there', (t) => {
  const random = new SeededRandom(5);
  const known = learned(random, 30);
  let profile = known;
  for (let index = 0; index < 30; index++)
    profile = doubt(profile, said(random, { share: 0.2 + 0.5 * random.next() }));
  t.same(profile.tempo, known.tempo);
  profile = learn(profile, said(random));
  t.same(profile.doubts, []);
  t.end();
});
