import type { Activity } from './find-activity.ts';
import type { SpeechLikeness } from './find-likeness.ts';
import type { LoopFigures } from './find-loop.ts';
import type { GateReason } from './gate-reason.ts';

/** dBFS. Nobody hears it in a live room. */
const silentDb = -50;
/** Within the speech; a pause at a comma is shorter, also when somebody takes breath. */
const longestPauseS = 0.95;
const leastActiveRatio = 0.25;
/** White noise has 0.9, speech 0.01 to 0.15. */
const noiseFlatness = 0.35;
const noiseVoicedShare = 0.35;
const leastVoicedShare = 0.1;
/** Speech moves by 9 to 18 dB; a hum, a tone or a hiss by 1 to 4. One interjection may be as steady as that. */
const leastMovementDb = 5;
/** One syllable that is said again and again (是是是, 哈哈哈) moves by 1.8 to 6. */
const leastSameMovementDb = 1.5;
const shortestSteadyS = 0.45;
/** Nor are several syllables one sound. */
const severalSyllables = 3;
const heldShare = 0.6;
/** What speech is like itself at some lag, at speed 1: chance, and words that return. */
const usualCopiedS = 0.34;
const usualSimilarS = 0.48;
const longestHeldS = 0.42;
/** Repeated words of the text may take so much longer than others. */
const repeatedShare = 1.5;
/** Slow voices have more of everything; the thresholds are for one of this tempo. */
const usualPerSyllableS = 0.2;

export interface SpeechLook {
  activity: Activity;
  loop: LoopFigures;
  likeness: SpeechLikeness;
  speed: number;
  /** Of the text. */
  syllables: number;
  /** How many syllables of the text only repeat those before them. */
  repeated: number;
  perSyllableS: number;
}

/** What is wrong with a sound whatever the text, and how near to its bound the worst is (1: at it). */
export function judgeSpeech({
  activity,
  loop,
  likeness,
  speed,
  syllables,
  repeated,
  perSyllableS,
}: SpeechLook): {
  reasons: GateReason[];
  worst: number;
} {
  const { activeFrames, speechS, loudDb } = activity;
  if (activeFrames === 0 || loudDb < silentDb) return { reasons: ['silent'], worst: 2 };
  const reasons: GateReason[] = [];
  const isHiss = likeness.flatness > noiseFlatness && likeness.voicedShare < noiseVoicedShare;
  const isOneAgain = repeated > 0 && syllables - repeated <= 1;
  const isSteady =
    (likeness.movementDb < (isOneAgain ? leastSameMovementDb : leastMovementDb) &&
      speechS > shortestSteadyS) ||
    (syllables >= severalSyllables && loop.heldS > heldShare * speechS);
  if (isHiss || isSteady || likeness.voicedShare < leastVoicedShare) reasons.push('noise');

  const slow = 1 / Math.min(1, speed);
  const activeRatio = activeFrames / Math.max(1, activity.end - activity.first);
  const pause = activity.longestPauseS / (longestPauseS * slow);
  if (pause > 1 || activeRatio < leastActiveRatio) reasons.push('blank-inside');

  const tempo = Math.max(perSyllableS / usualPerSyllableS, 1) / speed;
  const said = (repeated * perSyllableS * repeatedShare) / speed;
  const copied = loop.copiedS / Math.max(usualCopiedS * tempo, said);
  const similar = loop.similarS / Math.max(usualSimilarS * tempo, said);
  const held = loop.heldS / Math.max(longestHeldS * tempo, repeated > 1 ? said : 0);
  if (Math.max(copied, similar, held) > 1) reasons.push('loop');
  return { reasons, worst: Math.max(pause, copied, similar, held, leastActiveRatio / activeRatio) };
}
