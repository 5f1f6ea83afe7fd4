/** A fast Fourier transform of one size (a power of two), radix 2 and in place. Forward without a factor; backward divided by the size. */
export class Fft {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #swaps: Uint32Array;

  constructor(size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new RangeError(`No transform of size ${size}`);
    this.size = size;
    this.#cos = new Float64Array(size / 2);
    this.#sin = new Float64Array(size / 2);
    for (let index = 0; index < size / 2; index++) {
      this.#cos[index] = Math.cos((2 * Math.PI * index) / size);
      this.#sin[index] = Math.sin((2 * Math.PI * index) / size);
    }
    const bits = Math.log2(size);
    this.#swaps = Uint32Array.from({ length: size }, (_, index) => reversed(index, bits));
  }

  forward(re: Float64Array, im: Float64Array): void {
    this.#transform(re, im);
  }

  /** The transform of the parts exchanged is the inverse one, parts exchanged. */
  backward(re: Float64Array, im: Float64Array): void {
    this.#transform(im, re);
    for (let index = 0; index < this.size; index++) {
      re[index] = (re[index] ?? 0) / this.size;
      im[index] = (im[index] ?? 0) / this.size;
    }
  }

  #transform(re: Float64Array, im: Float64Array): void {
    const { size } = this;
    for (let index = 0; index < size; index++) {
      const other = this.#swaps[index] ?? 0;
      if (other <= index) continue;
      [re[index], re[other]] = [re[other] ?? 0, re[index] ?? 0];
      [im[index], im[other]] = [im[other] ?? 0, im[index] ?? 0];
    }
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let first = 0; first < size; first += 2 * half) {
        for (let k = 0, at = first; k < half; k++, at++) {
          const cos = this.#cos[k * step] ?? 0;
          const sin = this.#sin[k * step] ?? 0;
          const farRe = re[at + half] ?? 0;
          const farIm = im[at + half] ?? 0;
          const turnedRe = farRe * cos + farIm * sin;
          const turnedIm = farIm * cos - farRe * sin;
          const nearRe = re[at] ?? 0;
          const nearIm = im[at] ?? 0;
          re[at] = nearRe + turnedRe;
          im[at] = nearIm + turnedIm;
          re[at + half] = nearRe - turnedRe;
          im[at + half] = nearIm - turnedIm;
        }
      }
    }
  }
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result = (result << 1) | ((value >> bit) & 1);
  return result >>> 0;
}
