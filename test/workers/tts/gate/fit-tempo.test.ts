import t from 'tap';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { fitTempo } from '../../../../workers/tts/gate/fit-tempo.ts';

function sentences(random: SeededRandom, isBad: () => boolean) {
  return Array.from({ length: 40 }, () => {
    const syllables = random.whole(2, 30);
    const speechS = (0.2 * syllables + 0.1) * (0.95 + 0.1 * random.next()) * (isBad() ? 0.4 : 1);
    return { syllables, speechS };
  });
}

void t.test('fitTempo() finds the tempo of a voice, though every fifth sentence was half swallowed', (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new SeededRandom(seed);
    const { perSyllableS, extraS } = fitTempo(sentences(random, () => random.chance(0.2)));
    t.ok(Math.abs(perSyllableS * 15 + extraS - 3.1) < 0.25, `seed ${seed}: ${perSyllableS} ${extraS}`);
  }
  t.end();
});

void t.test('fitTempo() stays within what voices do', (t) => {
  for (const speechS of [0.001, 1_000]) {
    const { perSyllableS } = fitTempo([{ syllables: 10, speechS }]);
    t.ok(perSyllableS >= 0.1 && perSyllableS <= 0.4);
  }
  t.end();
});
