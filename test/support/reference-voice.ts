import load from '@echogarden/espeak-ng-emscripten';
import { envelope, hopMs } from './wav.ts';

/**
 * espeak's pauses depend on what it said before: with these, each of the four or five ways in which it says a sentence has come out. They
 * are told apart by their lengths, and resemble each other by 0.84 to 0.99.
 */
const saidBefore = [
  '大家好，欢迎来到直播间。',
  '今天的宝贝都在下方的小黄车里。',
  '这里是直播间，一切正常。',
  '点关注的朋友记得领一下优惠券。',
  '有问题随时问我，我一直都在。',
  '数量有限，领完就没有了。',
  '觉得不错的话，帮忙点点赞。',
  '刚进来的朋友，欢迎欢迎。',
  '谢谢大家一直在这里陪着我。',
  '嗯，我看一下。',
  '大家不要着急，慢慢看，慢慢挑。',
  '喜欢的朋友可以点一点关注。',
];

/**
 * The voice itself, asked directly: the ways in which a sentence may sound, without any part of the product. Numbers have to be in words,
 * as they are to be heard.
 */
export async function openReferenceVoice(
  voice: string,
  speed: number,
): Promise<(text: string) => Float64Array[]> {
  const { eSpeakNGWorker } = await load();
  const espeak = await new eSpeakNGWorker();
  espeak.set_voice(voice);
  // 175 words per minute is espeak's own pace.
  espeak.set_rate(Math.round(175 * speed));
  const say = (text: string) => {
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
    return samples;
  };
  return (text) => {
    const renditions = saidBefore.map((before) => {
      say(before);
      return trim(envelope(say(text), espeak.get_samplerate()));
    });
    return [...new Map(renditions.map((rendition) => [rendition.length, rendition])).values()];
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

/** Every place of the recording where something with one of these loudness curves is heard. All are envelopes. */
export function findSpeech(recording: Float64Array, renditions: Float64Array[], least = 0.85): Found[] {
  const places = renditions.flatMap((speech) => findRendition(recording, speech, least));
  const apartMs = (Math.min(...renditions.map(({ length }) => length)) * hopMs) / 2;
  const found: Found[] = [];
  for (const place of places.toSorted((a, b) => a.atMs - b.atMs)) {
    const last = found.at(-1);
    if (!last || place.atMs - last.atMs > apartMs) found.push(place);
    else if (place.likeness > last.likeness) found[found.length - 1] = place;
  }
  return found;
}

function findRendition(recording: Float64Array, speech: Float64Array, least: number): Found[] {
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
    if (likeness >= least) found.push({ atMs: at * hopMs, likeness });
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
