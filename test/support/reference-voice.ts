import load from '@echogarden/espeak-ng-emscripten';
import { envelope, hopMs } from './wav.ts';

/**
 * The voice itself, asked directly: what a sentence should sound like, without any part of the product. Numbers have to be in words, as
 * they are to be heard.
 */
export async function openReferenceVoice(
  voice: string,
  speed: number,
): Promise<(text: string) => Float64Array> {
  const { eSpeakNGWorker } = await load();
  const espeak = await new eSpeakNGWorker();
  espeak.set_voice(voice);
  // 175 words per minute is espeak's own pace.
  espeak.set_rate(Math.round(175 * speed));
  return (text) => {
    const pieces: Int16Array[] = [];
    espeak.synthesize(text, (piece) => {
      if (piece) pieces.push(piece.slice());
      return false;
    });
    const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      samples.set(piece, at);
      at += piece.length;
    }
    return trim(envelope(samples, espeak.get_samplerate()));
  };
}

/** Without the silence before and after, which the product may cut. */
function trim(loudness: Float64Array): Float64Array {
  const threshold = Math.max(...loudness) * 0.05;
  const first = loudness.findIndex((value) => value > threshold);
  const last = loudness.findLastIndex((value) => value > threshold);
  return loudness.slice(first, last + 1);
}

export interface Found {
  /** From the beginning of the recording. */
  atMs: number;
  /** 1: the same shape. */
  likeness: number;
}

/** Every place of the recording where something with this loudness curve is heard. Both are envelopes. */
export function findSpeech(recording: Float64Array, speech: Float64Array, least = 0.85): Found[] {
  const found: Found[] = [];
  const length = speech.length;
  const mean = average(speech, 0, length);
  const deviation = spread(speech, 0, length, mean);
  for (let at = 0; at + length <= recording.length; at++) {
    const there = average(recording, at, length);
    if (there < 20) continue;
    let sum = 0;
    for (let index = 0; index < length; index++)
      sum += ((speech[index] ?? 0) - mean) * ((recording[at + index] ?? 0) - there);
    const likeness = sum / (deviation * spread(recording, at, length, there) || Infinity);
    if (likeness < least) continue;
    const last = found.at(-1);
    const here = { atMs: at * hopMs, likeness };
    if (!last || here.atMs - last.atMs > (length * hopMs) / 2) found.push(here);
    else if (likeness > last.likeness) found[found.length - 1] = here;
  }
  return found;
}

function average(values: Float64Array, at: number, length: number): number {
  let sum = 0;
  for (let index = at; index < at + length; index++) sum += values[index] ?? 0;
  return sum / length;
}

function spread(values: Float64Array, at: number, length: number, mean: number): number {
  let sum = 0;
  for (let index = at; index < at + length; index++) sum += ((values[index] ?? 0) - mean) ** 2;
  return Math.sqrt(sum);
}
