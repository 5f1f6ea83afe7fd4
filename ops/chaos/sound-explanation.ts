import { outputRateHz } from '../../workers/audio/format.ts';
import type { Alignment, SoundPattern } from './sound-pattern.ts';
import { blockSamples } from './sound-pattern.ts';

/** A sentence, and which pieces of it were heard so far. */
export interface Suspect {
  pattern: SoundPattern;
  /** So often it was heard. */
  required: number;
  hearings: Alignment[];
}

export interface Claim {
  suspect: Suspect;
  alignment: Alignment;
}

/** Stretch of a recording, in samples. */
export interface Stretch {
  from: number;
  to: number;
}

/** What belongs to whom is noted so finely. */
const cellSamples = outputRateHz / 200;
/** Blocks: a difference of so few is none. */
const tie = 2;
/** Of the blocks of a sentence. */
const wholeShare = 0.95;
/** Of 32,767, on average over a block. */
const audible = 100;

/**
 * Says of each piece of a recording of which sentence it is. Sentences have words in common, and sound alike there: each piece is taken
 * to be of the one that explains most around it, so that none is heard where another was said.
 */
export class SoundExplanation {
  readonly #samples: Int16Array;
  readonly #cells: Uint8Array;

  constructor(samples: Int16Array) {
    this.#samples = samples;
    this.#cells = new Uint8Array(Math.ceil(samples.length / cellSamples));
  }

  /** Settles all claims, the one that explains most first; what is somebody else's already is not given again. */
  settle(claims: Claim[]): void {
    let open = this.#left(claims);
    for (let best = bestOf(open); best; best = bestOf(open)) {
      this.#take(best);
      open = this.#left(open);
    }
  }

  /** Settles only the best of these, with `clear` only when no other sentence would do as well; false when it settles nothing. */
  settleBest(claims: Claim[], { clear }: { clear: boolean }): boolean {
    const left = this.#left(claims);
    const best = bestOf(left);
    if (!best) return false;
    if (clear && left.some((other) => other.suspect !== best.suspect && isAsGood(other, best))) return false;
    this.#take(best);
    return true;
  }

  /** Stretches from `from` on in which something is to be heard that is nobody's, at least so long. */
  *unexplained(leastSamples: number, from = 0): Generator<Stretch> {
    let begin = -1;
    const end = this.#cells.length;
    for (let cell = Math.ceil(from / cellSamples); cell <= end; cell++) {
      const isOpen = cell < end && this.#cells[cell] === 0 && this.#isAudible(cell);
      if (isOpen && begin < 0) begin = cell;
      if (isOpen || begin < 0) continue;
      if ((cell - begin) * cellSamples >= leastSamples)
        yield { from: begin * cellSamples, to: cell * cellSamples };
      begin = -1;
    }
  }

  /** Claims with what is left of them. */
  #left(claims: Claim[]): Claim[] {
    return claims.flatMap(({ suspect, alignment: { at, blocks } }) => {
      const left = blocks.filter((block) => this.#cells[cellOf(at, block)] === 0);
      return left.length < 2 ? [] : [{ suspect, alignment: { at, blocks: left } }];
    });
  }

  #take({ suspect, alignment }: Claim): void {
    suspect.hearings.push(alignment);
    const { loud } = suspect.pattern;
    const own = new Set(alignment.blocks);
    for (const block of own) {
      this.#mark(alignment.at, block);
      // The pauses beside it are its own as well.
      for (let next = block + 1; next < loud.length && loud[next] === false; next++)
        this.#mark(alignment.at, next);
      for (let before = block - 1; before >= 0 && loud[before] === false; before--)
        this.#mark(alignment.at, before);
    }
  }

  #mark(at: number, block: number): void {
    const begin = at + block * blockSamples;
    const to = Math.round((begin + blockSamples) / cellSamples);
    this.#cells.fill(1, Math.max(0, Math.round(begin / cellSamples)), Math.max(0, to));
  }

  #isAudible(cell: number): boolean {
    const from = cell * cellSamples;
    let sum = 0;
    for (let at = from; at < from + cellSamples; at++) sum += (this.#samples[at] ?? 0) ** 2;
    return sum > cellSamples * audible ** 2;
  }
}

/** Where its middle lies. */
function cellOf(at: number, block: number): number {
  return Math.floor((at + (block + 0.5) * blockSamples) / cellSamples);
}

/** Who explains most; of those who explain as much, the one of the highest rank. */
function bestOf(claims: Claim[]): Claim | undefined {
  const most = claims.reduce((longest, { alignment }) => Math.max(longest, alignment.blocks.length), 0);
  return claims
    .filter(({ alignment }) => alignment.blocks.length >= most - tie)
    .toSorted((a, b) => rankOf(b) - rankOf(a) || b.alignment.blocks.length - a.alignment.blocks.length)[0];
}

function isAsGood(claim: Claim, best: Claim): boolean {
  return claim.alignment.blocks.length >= best.alignment.blocks.length - tie && rankOf(claim) >= rankOf(best);
}

/** First the sentence that is there as a whole, then the one that has to be there and was not found yet, best one of which parts were. */
function rankOf(claim: Claim): number {
  const { suspect } = claim;
  const isBegun = suspect.hearings.some((alignment) => !isWhole({ suspect, alignment }));
  return 4 * Number(isWhole(claim)) + 2 * Number(isNeeded(claim)) + Number(isBegun);
}

export function isWhole({ suspect, alignment }: Claim): boolean {
  const count = suspect.pattern.loud.filter(Boolean).length;
  return alignment.blocks.length >= count * wholeShare;
}

function isNeeded({ suspect, alignment }: Claim): boolean {
  const times = timesHeard(suspect.hearings, suspect.pattern);
  const needed = alignment.blocks.filter((block) => (times[block] ?? 0) < suspect.required);
  return needed.length * 2 > alignment.blocks.length;
}

/** How often each block was heard. */
export function timesHeard(hearings: Alignment[], { loud }: SoundPattern): number[] {
  const times = loud.map(() => 0);
  for (const { blocks } of hearings) for (const block of blocks) times[block] = (times[block] ?? 0) + 1;
  return times;
}
