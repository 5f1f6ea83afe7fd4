import t from 'tap';
import { Leveller } from '../../../../workers/tts/loudness/leveller.ts';
import { measureLoudness } from '../../../../workers/tts/loudness/measure-loudness.ts';
import { meter } from '../../../support/loudness-meter.ts';
import { seeded, sines, speechLike, toPcm } from './signals.ts';

const loudness = { targetLufs: -16, peakDbtp: -1 };
const rates = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

void t.test('level() brings whatever level to −16 LUFS under −1 dBTP, as another meter says', async (t) => {
  for (const sampleRateHz of rates) {
    // The last one is far too loud for its 16 bits: everything high is cut off.
    for (const [seed, peakDbfs] of [-24, -18, -12, -6, -1, 6].entries()) {
      const spoken = toPcm(speechLike({ sampleRateHz, seconds: 3, seed: seed + 1, peakDbfs }));
      const leveller = new Leveller();
      const { lufs, dbtp } = meter(
        leveller.level(spoken, { sampleRateHz, voice: 'a', loudness }),
        sampleRateHz,
      );
      const what = `${sampleRateHz} Hz from ${peakDbfs} dBFS: ${lufs.toFixed(2)} LUFS, ${dbtp.toFixed(2)} dBTP`;
      t.ok(Math.abs(lufs + 16) <= 0.5 && dbtp <= -1, what);
    }
  }
});

void t.test('level() keeps to the loudness and the peak that are asked for', async (t) => {
  const sampleRateHz = 24_000;
  const spoken = toPcm(speechLike({ sampleRateHz, seconds: 4, seed: 7, peakDbfs: -9 }));
  for (const [targetLufs, peakDbtp] of [
    [-23, -1],
    [-18, -3],
    [-14, -1],
  ] as const) {
    const options = { sampleRateHz, voice: 'a', loudness: { targetLufs, peakDbtp } };
    const { lufs, dbtp } = meter(new Leveller().level(spoken, options), sampleRateHz);
    const what = `${lufs.toFixed(2)} LUFS of ${targetLufs}, ${dbtp.toFixed(2)} dBTP of ${peakDbtp}`;
    t.ok(Math.abs(lufs - targetLufs) <= 0.5 && dbtp <= peakDbtp, what);
  }
});

void t.test('level() makes up for what the limiter takes from speech with high peaks', async (t) => {
  const sampleRateHz = 22_050;
  const speech = speechLike({ sampleRateHz, seconds: 5, seed: 3, peakDbfs: -14 });
  const random = seeded(5);
  for (let at = 0; at < speech.length; at += Math.round(sampleRateHz * 0.05)) {
    if (random() < 0.5) speech[at] = 0.9;
  }
  const before = meter(speech, sampleRateHz);
  t.ok(before.dbtp - before.lufs > 19, `crest ${(before.dbtp - before.lufs).toFixed(1)}`);
  const after = meter(
    new Leveller().level(toPcm(speech), { sampleRateHz, voice: 'a', loudness }),
    sampleRateHz,
  );
  t.ok(
    Math.abs(after.lufs + 16) <= 1 && after.dbtp <= -1,
    `${after.lufs.toFixed(2)} LUFS, ${after.dbtp.toFixed(2)} dBTP`,
  );
});

void t.test('level() leaves silence as it is, and does not touch what it was given', async (t) => {
  const leveller = new Leveller();
  const options = { sampleRateHz: 22_050, voice: 'a', loudness };
  t.same(leveller.level(new Int16Array(0), options), new Int16Array(0));
  t.same(leveller.level(new Int16Array(30_000), options), new Int16Array(30_000));
  const spoken = toPcm(speechLike({ sampleRateHz: 22_050, seconds: 2, seed: 1, peakDbfs: -20 }));
  const copy = spoken.slice();
  t.not(leveller.level(spoken, options).buffer, spoken.buffer);
  t.same(spoken, copy);
});

void t.test(
  'level() lifts a breath of a voice that it knows a little only, and one voice teaches nothing about another',
  async (t) => {
    const sampleRateHz = 22_050;
    const leveller = new Leveller();
    const lifted = (voice: string, dbfs: number, seconds: number) => {
      const spoken = sines(sampleRateHz, { dbfs, seconds });
      const louder = leveller.level(toPcm(spoken), { sampleRateHz, voice, loudness });
      const floats = Float32Array.from(louder, (sample) => sample / 32_768);
      return measureLoudness(floats, sampleRateHz) - measureLoudness(spoken, sampleRateHz);
    };
    const gain = lifted('a', -20, 3);
    t.ok(Math.abs(lifted('a', -40, 0.3) - (gain + 3)) < 0.2);
    t.ok(Math.abs(lifted('b', -40, 0.3) - 12) < 0.2);
  },
);
