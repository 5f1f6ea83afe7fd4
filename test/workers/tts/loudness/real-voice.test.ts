import load from '@echogarden/espeak-ng-emscripten';
import type { EspeakWorker } from '@echogarden/espeak-ng-emscripten';
import t from 'tap';
import { outputRateHz } from '../../../../workers/audio/format.ts';
import { resample, resampledLength } from '../../../../workers/audio/resample.ts';
import { Leveller } from '../../../../workers/tts/loudness/leveller.ts';
import { trimSilence } from '../../../../workers/tts/waveform.ts';
import { meter } from '../../../support/loudness-meter.ts';

const sentences = [
  '小明，这一款今天直播价三十九块九。',
  '好的，谢谢。',
  '谢谢阿花送来的4个玫瑰。',
  'hello world, this is a test of the latin letters',
  '老王，现在下单明天下午就能发货，喜欢的朋友点一下左下角的小黄车。',
];

void t.test('a voice that speaks softly and one that shouts leave equally loud', async (t) => {
  const { eSpeakNGWorker } = await load();
  const espeak = (await new eSpeakNGWorker()) as EspeakWorker & { set_volume(percent: number): void };
  espeak.set_voice('cmn');
  for (const percent of [20, 100, 200]) {
    espeak.set_volume(percent);
    const leveller = new Leveller();
    const sampleRateHz = espeak.get_samplerate();
    const loudness = { targetLufs: -16, peakDbtp: -1 };
    const left = sentences.map((text) => {
      const spoken = trimSilence(collect(espeak, text), { sampleRateHz, leadMs: 30, tailMs: 120 });
      return atOutputRate(leveller.level(spoken, { sampleRateHz, voice: 'cmn', loudness }), sampleRateHz);
    });
    const metered = left.map((sound) => meter(sound, outputRateHz));
    for (const [index, { lufs, dbtp }] of metered.entries()) {
      const what = `volume ${percent}, ${sentences[index]}: ${lufs.toFixed(2)} LUFS, ${dbtp.toFixed(2)} dBTP`;
      t.ok(Math.abs(lufs + 16) <= 1 && dbtp <= -1, what);
    }
    const { lufs } = meter(concat(left), outputRateHz);
    t.ok(Math.abs(lufs + 16) <= 0.5, `volume ${percent}, one after the other: ${lufs.toFixed(2)} LUFS`);
  }
});

function collect(espeak: EspeakWorker, text: string): Int16Array {
  const pieces: Int16Array[] = [];
  espeak.synthesize(text, (piece) => {
    if (piece) pieces.push(piece.slice());
    return false;
  });
  return concat(pieces);
}

function concat(pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** As it is heard: what plays it brings it to its own rate. */
function atOutputRate(samples: Int16Array, sampleRateHz: number): Int16Array {
  const sound = new Float32Array(resampledLength(samples.length, sampleRateHz));
  resample(samples, sampleRateHz, 0, sound);
  return Int16Array.from(sound, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}
