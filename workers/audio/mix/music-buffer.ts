import { frameSamples, msOf, outputRateHz } from '../format.ts';
import type { MusicPlace } from './music-place.ts';
import { later } from './music-place.ts';

/** A second of music, whatever files it is from; `place` is that of its first sample. */
export interface MusicBlock {
  pcm: Int16Array<ArrayBuffer>;
  place: MusicPlace;
}

export const blockSamples = outputRateHz;
/** So many blocks are asked for ahead: what a busy host may keep the decoder waiting. */
export const blocksAhead = 4;

/**
 * Music that has been decoded and not been heard. When it runs dry the music fades out, and back in once there is enough again; what
 * lies over it never waits.
 */
export class MusicBuffer {
  #blocks: MusicBlock[] = [];
  #at = 0;
  #samples = 0;
  #isFlowing = false;
  #isEnding = false;
  readonly #onTaken: () => void;
  /** How often it ran dry. */
  late = 0;

  constructor(options: { onTaken: () => void }) {
    this.#onTaken = options.onTaken;
  }

  /** Where it is; nothing before the first block. */
  get place(): MusicPlace | undefined {
    const [block] = this.#blocks;
    return block && later(block.place, msOf(this.#at));
  }

  /** Blocks that wait. */
  get size(): number {
    return this.#blocks.length;
  }

  get isFlowing(): boolean {
    return this.#isFlowing;
  }

  add(block: MusicBlock): void {
    this.#blocks.push(block);
    this.#samples += block.pcm.length;
  }

  /** The next frame is the last one, and fades out. */
  end(): void {
    this.#isEnding = true;
  }

  /** Puts the next frame into `into`, or leaves it alone and returns false when there is no music now. */
  read(into: Float64Array): boolean {
    const begins = !this.#isFlowing && !this.#isEnding && this.#samples >= blockSamples;
    if (!this.#isFlowing && !begins) return false;
    const isDry = this.#samples < 2 * frameSamples;
    if (isDry && !this.#isEnding) this.late += 1;
    const ends = isDry || this.#isEnding;
    this.#isFlowing = !ends;
    for (let n = 0; n < frameSamples; n++) {
      const fade = begins ? (n + 1) / frameSamples : ends ? 1 - (n + 1) / frameSamples : 1;
      into[n] = this.#next() * fade;
    }
    return true;
  }

  #next(): number {
    const [block] = this.#blocks;
    const value = block?.pcm[this.#at] ?? 0;
    this.#at += 1;
    this.#samples -= 1;
    if (block && this.#at >= block.pcm.length) {
      this.#blocks.shift();
      this.#at = 0;
      this.#onTaken();
    }
    return value;
  }
}
