import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import type { Spoken } from './embedded-voice.ts';
import { EmbeddedVoice } from './embedded-voice.ts';
import type { Kind } from './gate-kinds.ts';
import { kinds } from './gate-kinds.ts';
import type { Tongue } from './shop-sentences.ts';
import { shopSentences } from './shop-sentences.ts';
import { expectedUnits } from '../../../workers/tts/gate/expected-units.ts';

/** Sentences that a voice says before it is put to the test, as it would in its first minute. */
const lessons = 12;
/** Each sentence is made into every so many-eth kind, the next into those after them. */
const turns = 3;
const speeds = { slowest: 1, fastest: 1.4 };

export interface CorpusOptions {
  /** The same seed gives the same sounds. */
  seed: number;
  /** How many sentences each voice says, by name of the voice. */
  voices: Record<string, { tongue: Tongue; sentences: number }>;
}

/** One sound. In `lesson` it is as the engine gave it, and the voice may be learned from it. */
export interface Sample {
  voice: string;
  text: string;
  speed: number;
  sound: Spoken;
  kind: string;
  group: Kind['group'] | 'lesson';
}

/** Sounds of sentences of a shop, said by the embedded voice and then damaged in every way of `kinds`; each voice begins with its lessons. */
export async function* gateCorpus({ seed, voices }: CorpusOptions): AsyncGenerator<Sample> {
  const embedded = await EmbeddedVoice.open();
  for (const [voice, { tongue, sentences }] of Object.entries(voices)) {
    const random = new SeededRandom(seed);
    const texts = shopSentences({ seed, count: sentences + lessons, tongue });
    let other = embedded.speak(texts[0] ?? '', { voice, speed: 1 });
    for (const [index, text] of texts.entries()) {
      const speed = speeds.slowest + random.next() * (speeds.fastest - speeds.slowest);
      const spoken = embedded.speak(text, { voice, speed });
      if (index < lessons) {
        yield { voice, text, speed, sound: spoken, kind: 'lesson', group: 'lesson' };
      } else {
        const { syllables } = expectedUnits(text);
        const say = (words: string) => embedded.speak(words, { voice, speed });
        for (const [turn, [kind, { group, make, fewest = 1 }]] of Object.entries(kinds).entries()) {
          if (syllables < fewest || (turn + index) % turns > 0) continue;
          yield { voice, text, speed, sound: make({ text, spoken, other, say, random }), kind, group };
        }
      }
      other = spoken;
    }
  }
}
