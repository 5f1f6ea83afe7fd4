import { recordedSamples } from './recorded-samples.ts';
import type { Sayings, Sentence } from './sentences.ts';
import type { Suspect } from './sound-explanation.ts';
import { SoundExplanation, isWhole, timesHeard } from './sound-explanation.ts';
import { blockMs, loudMs, soundPattern } from './sound-pattern.ts';
import { claimPieces, claimWholes } from './sound-claims.ts';

/** A sentence that was heard otherwise than the ledger says; pauses do not count. */
export interface Misheard {
  room: string;
  text: string;
  /** Times, in parts when only parts of it were heard. */
  heard: number;
  /** What the ledger has. */
  expected: number;
  /** So much of it was heard too often, or is missing. */
  byMs: number;
}

/** What was listened for in the recordings of a run. */
export interface Hearing {
  sentences: number;
  /** Heard from beginning to end at least once, be it in pieces. */
  heard: number;
  /** Sentences heard more often than the ledger says. */
  twice: Misheard[];
  /** Sentences that were heard as a whole, says the ledger, and are not in the recording. Undefined: not everything could be listened for. */
  missing?: Misheard[] | undefined;
  /** There was no time to listen to everything. */
  isComplete: boolean;
}

/** Shorter sounds are part of too many others. */
const leastMs = { known: 100, judged: 500 };
/** What a death of the audio child may repeat, and two blocks that are cut by it. */
const repeatedMs = 240;
/** Blocks around each joint are found in neither part. */
const lostMs = 200;
/** Of a sentence: the ledger says it was not heard, and what a sink took with it may be in the recording all the same. */
const unsaidShare = 0.5;

type Known = Sentence & Suspect;

/**
 * Looks for each sentence in the recordings of its room, and says what was heard too often or is missing. Every piece of a recording is
 * given to one sentence only, so that words which two have in common count for the one that was said. A sentence that a fault has cut
 * counts as heard once when all of it is there, whatever lies between the pieces and when up to 200 ms are repeated at each joint. Stops
 * listening after `withinMs`: what was counted until then stands, but nothing is called missing.
 */
export async function listen(home: string, sayings: Sayings, withinMs: number): Promise<Hearing> {
  const deadline = performance.now() + withinMs;
  const known = sayings.sentences
    .map((sentence): Known => ({ ...sentence, pattern: soundPattern(sentence.sound), hearings: [] }))
    .filter(({ pattern }) => loudMs(pattern) >= leastMs.known);
  let isComplete = true;
  for (const [room, own] of Map.groupBy(known, (each) => each.room)) {
    const samples = recordedSamples(home, room, sayings.fromMs);
    const explanation = new SoundExplanation(samples);
    isComplete &&= await claimWholes(own, { samples, explanation, deadline });
    // Otherwise most of what nobody claims is what was not listened for.
    if (isComplete && sayings.isEverything)
      isComplete = await claimPieces(own, { samples, explanation, deadline });
  }
  const judged = known.filter(({ pattern }) => loudMs(pattern) >= leastMs.judged);
  const isEverything = isComplete && sayings.isEverything;
  return {
    sentences: judged.length,
    heard: judged.filter((each) => shortOf(each, 1) <= lostMs).length,
    twice: judged.flatMap((each) => judgeSurplus(each, isEverything)),
    missing: isEverything ? judged.flatMap(judgeLack) : undefined,
    isComplete,
  };
}

function judgeSurplus(each: Known, isEverything: boolean): Misheard[] {
  const { pattern, expected } = each;
  // Where not every sentence is known, a part of one may belong to another with the same words.
  const hearings = isEverything
    ? each.hearings
    : each.hearings.filter((alignment) => isWhole({ suspect: each, alignment }));
  const parts = hearings.filter((alignment) => !isWhole({ suspect: each, alignment })).length;
  const allowedMs = expected === 0 ? loudMs(pattern) * unsaidShare : repeatedMs * Math.max(1, parts - 1);
  const byMs = sum(timesHeard(hearings, pattern), (times) => times - expected);
  return byMs > allowedMs ? [misheard({ ...each, hearings }, expected, byMs)] : [];
}

function judgeLack(each: Known): Misheard[] {
  const byMs = shortOf(each, each.required);
  return byMs > lostMs ? [misheard(each, each.required, byMs)] : [];
}

function shortOf({ hearings, pattern }: Known, times: number): number {
  return sum(
    timesHeard(hearings, pattern).filter((_, block) => pattern.loud[block]),
    (heard) => times - heard,
  );
}

function misheard({ room, text, hearings, pattern }: Known, expected: number, byMs: number): Misheard {
  const heardMs = sum(timesHeard(hearings, pattern), (times) => times);
  return { room, text, heard: Math.round((10 * heardMs) / loudMs(pattern)) / 10, expected, byMs };
}

/** In milliseconds, over the blocks for which it is positive. */
function sum(times: number[], count: (times: number) => number): number {
  return blockMs * times.reduce((total, each) => total + Math.max(0, count(each)), 0);
}
