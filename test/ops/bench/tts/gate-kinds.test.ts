import t from 'tap';
import { EmbeddedVoice } from '../../../../ops/bench/tts/embedded-voice.ts';
import { kinds } from '../../../../ops/bench/tts/gate-kinds.ts';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';

void t.test('kinds make of a sentence what they are called, and leave the sentence as it was', async (t) => {
  const voice = await EmbeddedVoice.open();
  const say = (words: string) => voice.speak(words, { voice: 'cmn', speed: 1.2 });
  const text = '今天的宝贝都在下方链接，喜欢就带走吧。';
  const [spoken, other] = [say(text), say('谢谢大家的支持。')];
  const before = spoken.samples.slice();
  const random = new SeededRandom(1);
  const seconds = (name: string) => {
    const made = kinds[name]?.make({ text, spoken, other, say, random });
    return (made?.samples.length ?? NaN) / (made?.sampleRateHz ?? NaN);
  };
  const whole = seconds('as the engine gave it');
  for (const name of Object.keys(kinds)) t.ok(seconds(name) >= 0, name);
  t.ok(seconds('cut off at 20–75 %') < 0.76 * whole);
  t.ok(seconds('end swallowed') < 0.85 * whole);
  t.ok(seconds('words over and over') > whole);
  t.ok(seconds('all of it twice') >= 2 * whole);
  t.ok(Math.abs(seconds('at 48 kHz') / whole - 1) < 0.01);
  t.ok(Math.abs(seconds('labelled 48 kHz') / whole - 22_050 / 48_000) < 0.01);
  t.equal(Buffer.compare(new Uint8Array(spoken.samples.buffer), new Uint8Array(before.buffer)), 0);
});
