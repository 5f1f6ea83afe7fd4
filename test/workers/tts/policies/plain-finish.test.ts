import t from 'tap';
import { finishPlainly } from '../../../../workers/tts/policies/plain-finish.ts';

const about = { text: '欢迎来到直播间', speed: 1 };

function tone(durationMs: number, amplitude: number, silentMs = 0) {
  const samples = new Int16Array(durationMs * 16 + silentMs * 32);
  for (let at = 0; at < durationMs * 16; at++) samples[silentMs * 16 + at] = amplitude * Math.sin(at / 10);
  return { samples, sampleRateHz: 16_000 };
}

void t.test('finishPlainly() gives the sound without the silence around it', (t) => {
  const finished = finishPlainly(tone(1_400, 12_000, 500), about);
  t.ok(finished.ok);
  if (finished.ok) {
    t.ok(finished.sound.figures.durationMs < 1_600);
    const { pcm, figures } = finished.sound;
    t.ok(Math.abs(pcm.byteLength - figures.durationMs * 32) <= 32, 'as long as it says');
  }
  t.end();
});

void t.test('finishPlainly() refuses what cannot be that text', (t) => {
  t.match(finishPlainly(tone(1_400, 0), about), { ok: false, reasons: ['no sound'] });
  t.equal(finishPlainly(tone(100, 12_000), about).ok, false);
  t.end();
});
