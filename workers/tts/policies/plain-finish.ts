import type { RawSound } from '../endpoint.ts';
import type { Sound } from '../engine.ts';
import { judgeWaveform } from '../waveform-verdict.ts';
import { measureWaveform, trimSilence } from '../waveform.ts';
import type { Finished } from './rendition.ts';

const leadMs = 10;
const tailMs = 80;

/**
 * For the embedded voice when the threads that finish sounds do not answer: coarsely judged and trimmed, but not levelled. Costs some
 * milliseconds of the main loop; a voice that is a little too soft is better than none.
 */
export function finishPlainly(raw: RawSound, about: { text: string; speed: number }): Finished {
  const { sampleRateHz } = raw;
  const samples = trimSilence(raw.samples, { sampleRateHz, leadMs, tailMs });
  const figures = measureWaveform(samples, sampleRateHz);
  const reason = judgeWaveform(figures, about);
  if (reason) return { ok: false, reasons: [reason] };
  const pcm = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const sound: Sound = { pcm, sampleRateHz, figures };
  return { ok: true, sound };
}
