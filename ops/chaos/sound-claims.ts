import { setImmediate } from 'node:timers/promises';
import { outputRateHz } from '../../workers/audio/format.ts';
import { narrowing, narrowSound } from './narrow-sound.ts';
import type { Claim, SoundExplanation, Suspect } from './sound-explanation.ts';
import { isWhole } from './sound-explanation.ts';
import { align } from './sound-pattern.ts';
import { SoundSearch } from './sound-search.ts';

export interface ListenOptions {
  samples: Int16Array;
  explanation: SoundExplanation;
  /** On the clock of `performance.now()`. */
  deadline: number;
}

const perMs = outputRateHz / 1_000;
/** What is searched at once. */
const stretchSamples = 240_000 * perMs;
/** Of 1: worth a closer look. */
const likeness = { whole: 0.7, piece: 0.7 };
/** By so much sound a piece is recognised; with the least, only what is left between others. */
const pieceSamples = { most: 240 * perMs, least: 60 * perMs };
/** Between two sentences that are searched as one. */
const gap = 400;
const none = new Float32Array(0);

/** Gives each sentence the places where it is heard in one piece. False: there was no time for all. */
export async function claimWholes(
  suspects: Suspect[],
  { samples, explanation, deadline }: ListenOptions,
): Promise<boolean> {
  const claims: Claim[] = [];
  let isComplete = true;
  const longest = suspects.reduce((most, { pattern }) => Math.max(most, pattern.wide.length), 0);
  for (let from = 0; from < samples.length && isComplete; from += stretchSamples) {
    // Each reaches into the next, so that no sentence is cut.
    const stretch = samples.subarray(from, from + stretchSamples + longest + 4 * narrowing);
    const search = new SoundSearch(narrowSound(stretch));
    for (let index = 0; index < suspects.length; index += 2) {
      await setImmediate();
      if (performance.now() > deadline) {
        isComplete = false;
        break;
      }
      const pair = suspects.slice(index, index + 2);
      const [first, second] = pair.map(({ pattern }) => pattern.narrow);
      const found = search.find([first ?? none, second ?? none], likeness.whole);
      for (const [side, suspect] of pair.entries()) {
        const own = (found[side] ?? []).filter(({ at }) => at * narrowing < stretchSamples);
        claims.push(...own.flatMap(({ at }) => wholeClaim(suspect, samples, from + at * narrowing)));
      }
    }
  }
  explanation.settle(claims);
  return isComplete;
}

function wholeClaim(suspect: Suspect, samples: Int16Array, near: number): Claim[] {
  const { pattern } = suspect;
  const alignment = align(pattern, samples, { near, offset: 0, length: pattern.wide.length });
  return alignment && isWhole({ suspect, alignment }) ? [{ suspect, alignment }] : [];
}

/**
 * Looks for what nobody has claimed, as it is left by cuts in the middle of a sentence, among all sentences, and gives it to the one it
 * belongs to. False: there was no time for all.
 */
export async function claimPieces(suspects: Suspect[], options: ListenOptions): Promise<boolean> {
  const index = new SentenceIndex(suspects);
  // Words that several sentences have in common are given away last: it then shows which of them lacks these.
  for (const clear of [true, false]) if (!(await sweep(index, clear, options))) return false;
  return true;
}

async function sweep(
  index: SentenceIndex,
  clear: boolean,
  { samples, explanation, deadline }: ListenOptions,
): Promise<boolean> {
  let from = 0;
  for (;;) {
    const stretch = explanation.unexplained(pieceSamples.least, from).next().value;
    if (!stretch) return true;
    await setImmediate();
    if (performance.now() > deadline) return false;
    const length = Math.min(pieceSamples.most, stretch.to - stretch.from);
    const isSettled = explanation.settleBest(index.claims(samples, stretch.from, length), { clear });
    // What is cut in this piece may be recognised a little later.
    from = isSettled ? stretch.from : stretch.from + Math.max(pieceSamples.least, length / 2);
  }
}

/** All sentences in one, to look for a piece in all of them at once. */
class SentenceIndex {
  readonly #suspects: { suspect: Suspect; from: number }[] = [];
  readonly #search: SoundSearch;

  constructor(suspects: Suspect[]) {
    let length = 0;
    for (const suspect of suspects) {
      this.#suspects.push({ suspect, from: length });
      length += suspect.pattern.narrow.length + gap;
    }
    const all = new Float32Array(length);
    for (const { suspect, from } of this.#suspects) all.set(suspect.pattern.narrow, from);
    this.#search = new SoundSearch(all);
  }

  /** Who may have said what lies in these samples. */
  claims(samples: Int16Array, from: number, length: number): Claim[] {
    const piece = narrowSound(samples.subarray(from, from + length));
    const [found] = this.#search.find([piece, none], likeness.piece);
    return found.flatMap(({ at }) => {
      // A piece may begin a little before its sentence does.
      const place = this.#suspects.findLast((each) => each.from - gap / 2 <= at);
      if (!place) return [];
      const offset = (at - place.from) * narrowing;
      const alignment = align(place.suspect.pattern, samples, { near: from - offset, offset, length });
      return alignment ? [{ suspect: place.suspect, alignment }] : [];
    });
  }
}
