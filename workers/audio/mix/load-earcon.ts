import { outputRateHz, samplesOf } from '../format.ts';
import { decodeFile } from './decoding/decode-file.ts';

const maxSeconds = 3;

/** The whole sound of a short file. Throws when it cannot be decoded, or is too long to be heard over the beginning of an answer. */
export async function loadEarcon(file: string): Promise<Int16Array> {
  const whole = new Int16Array(maxSeconds * outputRateHz);
  let samples = 0;
  for await (const { pcm } of decodeFile(file)) {
    if (samples + pcm.length > whole.length)
      throw new Error(`It is longer than ${maxSeconds} seconds, which is too long for an earcon`);
    whole.set(pcm, samples);
    samples += pcm.length;
  }
  return fadedOut(whole.slice(0, samples));
}

/** So that none ends with a click. */
function fadedOut(pcm: Int16Array): Int16Array {
  const fade = samplesOf(5);
  return pcm.map((value, n) => Math.round(value * Math.min(1, (pcm.length - n) / fade)));
}
