import { narrowSound, narrowing } from '../../chaos/narrow-sound.ts';
import { outputRateHz } from '../../../workers/audio/format.ts';

/** What a kill did to a sentence that was being heard, in milliseconds. */
export interface Joint {
  /** Silence that the voice had not made. */
  gapMs: number;
  /** Heard twice, or never: the two of one joint are counted against each other. */
  repeatedMs: number;
  lostMs: number;
}

const perMs = outputRateHz / 1_000;
/** So much sound has to be found again before and after the joint. */
const patternMs = 250;
/** Of 1: what else is in the sentence is less like it. */
const likeness = 0.9;
/** A fade, or a rounding, is no silence of the voice's. */
const silent = 6;

/**
 * Compares what was heard with the sentence as the voice speaks it. `heard` begins and ends in the same sentence, with sound, and has at
 * most one joint in it. Both at the rate of a recording. Undefined when the sentence is not recognised on both sides. Pure.
 */
export function measureJoint(heard: Int16Array, sentence: Float32Array): Joint | undefined {
  const length = patternMs * perMs;
  if (heard.length < 2 * length || sentence.length < length) return undefined;
  const begin = findSound(heard.subarray(0, length), sentence);
  const end = findSound(heard.subarray(heard.length - length), sentence);
  if (begin === undefined || end === undefined || end < begin) return undefined;
  const heardMs = (heard.length - length) / perMs;
  const spokenMs = (end - begin) / perMs;
  const silenceMs = quiet(heard, 0, heard.length - length) - quiet(sentence, begin, end);
  const gapMs = Math.max(0, silenceMs);
  const surplusMs = heardMs - spokenMs - gapMs;
  return { gapMs, repeatedMs: Math.max(0, surplusMs), lostMs: Math.max(0, -surplusMs) };
}

/** The sample of the sentence at which a piece of it begins; undefined when it is not in there. */
export function findSound(piece: Int16Array, sentence: Float32Array): number | undefined {
  const narrowPiece = narrowSound(piece);
  const narrowSentence = narrowSound(sentence);
  const coarse = best(narrowPiece, narrowSentence, 0, narrowSentence.length - narrowPiece.length);
  if (coarse.likeness < likeness) return undefined;
  const near = coarse.at * narrowing;
  const fine = best(piece, sentence, near - 2 * narrowing, near + 2 * narrowing);
  return fine.likeness >= likeness ? fine.at : undefined;
}

function best(
  piece: ArrayLike<number>,
  sound: ArrayLike<number>,
  from: number,
  to: number,
): { at: number; likeness: number } {
  let found = { at: 0, likeness: 0 };
  for (let at = Math.max(0, from); at <= Math.min(to, sound.length - piece.length); at++) {
    const value = compare(piece, sound, at);
    if (value > found.likeness) found = { at, likeness: value };
  }
  return found;
}

function compare(piece: ArrayLike<number>, sound: ArrayLike<number>, at: number): number {
  let product = 0;
  let own = 0;
  let there = 0;
  for (let index = 0; index < piece.length; index++) {
    const a = piece[index] ?? 0;
    const b = sound[at + index] ?? 0;
    product += a * b;
    own += a * a;
    there += b * b;
  }
  return own === 0 || there === 0 ? 0 : product / Math.sqrt(own * there);
}

/** Milliseconds of silence, in whole values as a recording has them. */
function quiet(sound: ArrayLike<number>, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (Math.abs(Math.round(sound[at] ?? 0)) <= silent) count += 1;
  return count / perMs;
}
