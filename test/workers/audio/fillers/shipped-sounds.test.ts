import t from 'tap';
import { defaultFillers } from '../../../../protocol/default-texts.ts';
import { keyPattern } from '../../../../workers/audio/fillers/filler-key.ts';
import { readShippedSounds, shippedLines } from '../../../../workers/audio/fillers/shipped-sounds.ts';
import { measureLoudness } from '../../../../workers/tts/loudness/measure-loudness.ts';

const loudnessOf = ({ pcm, sampleRateHz }: { pcm: Int16Array; sampleRateHz: number }): number =>
  measureLoudness(
    Float32Array.from(pcm, (value) => value / 32_768),
    sampleRateHz,
  );

void t.test('readShippedSounds() reads sentences that any room may say, as loud as its voice', async (t) => {
  const sounds = await readShippedSounds(-16);
  t.ok(sounds.length >= 2, 'none has to come twice in a row');
  t.equal(new Set(sounds.map(({ key }) => key)).size, sounds.length);
  for (const { key, text, recorded } of sounds) {
    t.match(key, keyPattern);
    t.ok(defaultFillers.idle.includes(text), text);
    const ms = (recorded.pcm.length / recorded.sampleRateHz) * 1_000;
    t.ok(ms >= 1_000 && ms <= 5_000, `${text}: ${ms} ms`);
    const lufs = loudnessOf(recorded);
    t.ok(Math.abs(lufs + 16) <= 1, `${text}: ${lufs} LUFS`);
  }
});

void t.test(
  'readShippedSounds() is softer for a soft voice, and never louder than what was made',
  async (t) => {
    const soft = await readShippedSounds(-26);
    const loud = await readShippedSounds(-6);
    for (const [index, { text }] of shippedLines.entries()) {
      const [softly, loudly] = [soft[index], loud[index]];
      if (!softly || !loudly) throw new Error(`${text} is missing`);
      t.ok(Math.abs(loudnessOf(softly.recorded) + 26) <= 1);
      t.ok(Math.abs(loudnessOf(loudly.recorded) + 16) <= 1);
    }
  },
);
