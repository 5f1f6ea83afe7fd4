import { Fft } from './fft.ts';

export interface Match {
  /** First sample. */
  at: number;
  /** 1: the same shape at any loudness. */
  likeness: number;
}

const fftSize = 262_144;
/** Two hearings of one sound are not closer to each other. */
const apartShare = 0.1;

/**
 * Looks for sounds in a long one by normalised cross-correlation. The long one is transformed once, in overlapping blocks, and two
 * sounds are looked for at a time, one as the real part and one as the imaginary.
 */
export class SoundSearch {
  /** Longest sound that can be looked for, in samples. */
  static readonly maxLength = fftSize / 4;
  readonly #samples: Float32Array;
  readonly #fft = new Fft(fftSize);
  readonly #blocks: { re: Float64Array; im: Float64Array }[] = [];
  /** Sum of squares of everything before each sample. */
  readonly #energy: Float64Array;

  constructor(samples: Float32Array) {
    this.#samples = samples;
    this.#energy = new Float64Array(samples.length + 1);
    for (let at = 0; at < samples.length; at++)
      this.#energy[at + 1] = (this.#energy[at] ?? 0) + (samples[at] ?? 0) ** 2;
    for (let from = 0; from < samples.length; from += hop) {
      const re = new Float64Array(fftSize);
      re.set(samples.subarray(from, from + fftSize));
      const im = new Float64Array(fftSize);
      this.#fft.forward(re, im);
      this.#blocks.push({ re, im });
    }
  }

  /** Where each of two sounds may be heard: all places at least so like it, best of each neighbourhood. */
  find([first, second]: [Float32Array, Float32Array], least: number): [Match[], Match[]] {
    const pattern = { re: new Float64Array(fftSize), im: new Float64Array(fftSize) };
    pattern.re.set(first.subarray(0, SoundSearch.maxLength));
    pattern.im.set(second.subarray(0, SoundSearch.maxLength));
    this.#fft.forward(pattern.re, pattern.im);
    const searches = [first, second].map((sound) => new Peaks(sound, least));
    for (const [index, block] of this.#blocks.entries()) {
      const re = new Float64Array(fftSize);
      const im = new Float64Array(fftSize);
      // Block times the conjugate of the pattern.
      for (let at = 0; at < fftSize; at++) {
        const [a, b] = [block.re[at] ?? 0, block.im[at] ?? 0];
        const [c, d] = [pattern.re[at] ?? 0, pattern.im[at] ?? 0];
        re[at] = a * c + b * d;
        im[at] = b * c - a * d;
      }
      this.#fft.backward(re, im);
      const from = index * hop;
      const to = Math.min(from + hop, this.#samples.length);
      for (let at = from; at < to; at++) {
        searches[0]?.look(at, re[at - from] ?? 0, this.#energy);
        // The conjugate of an imaginary pattern turns the sign.
        searches[1]?.look(at, -(im[at - from] ?? 0), this.#energy);
      }
    }
    return [searches[0]?.found ?? [], searches[1]?.found ?? []];
  }
}

const hop = fftSize - SoundSearch.maxLength;

class Peaks {
  readonly found: Match[] = [];
  readonly #length: number;
  readonly #norm: number;
  readonly #least: number;

  constructor(sound: Float32Array, least: number) {
    this.#length = Math.min(sound.length, SoundSearch.maxLength);
    this.#least = least;
    let energy = 0;
    for (let at = 0; at < this.#length; at++) energy += (sound[at] ?? 0) ** 2;
    this.#norm = Math.sqrt(energy);
  }

  look(at: number, product: number, energy: Float64Array): void {
    const end = at + this.#length;
    if (this.#norm === 0 || end >= energy.length) return;
    const there = Math.sqrt((energy[end] ?? 0) - (energy[at] ?? 0));
    const likeness = there > this.#norm * 1e-3 ? product / (this.#norm * there) : 0;
    if (likeness < this.#least) return;
    const last = this.found.at(-1);
    if (!last || at - last.at > this.#length * apartShare) this.found.push({ at, likeness });
    else if (likeness > last.likeness) this.found[this.found.length - 1] = { at, likeness };
  }
}
