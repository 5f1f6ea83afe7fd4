import t from 'tap';
import { EmbeddedVoice, join } from '../../../../ops/bench/tts/embedded-voice.ts';

void t.test(
  'EmbeddedVoice speaks at the speed that is asked for, and knows which voices there are',
  async (t) => {
    const voice = await EmbeddedVoice.open();
    const slow = voice.speak('今天的宝贝都在下方。', { voice: 'cmn', speed: 1 });
    const fast = voice.speak('今天的宝贝都在下方。', { voice: 'cmn', speed: 1.4 });
    t.equal(slow.sampleRateHz, 22_050);
    t.ok(fast.samples.length < 0.85 * slow.samples.length);
    t.throws(() => voice.speak('好的', { voice: 'nobody', speed: 1 }), /There is no voice "nobody"/);
  },
);

void t.test('join() puts one behind the other', (t) => {
  t.same(join(Int16Array.of(1, 2), new Int16Array(0), Int16Array.of(3)), Int16Array.of(1, 2, 3));
  t.end();
});
