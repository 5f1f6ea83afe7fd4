import { outputRateHz } from '../../format.ts';
import { resample } from '../../resample.ts';
import type { Decoded } from './sound-decoder.ts';

/** No kernel reaches further, at rates of up to 384 kHz. */
const reach = 256;
const scratch = new Float32Array(4_096);

/** Makes what was decoded one channel at the output rate, piece by piece, without a seam between the pieces. */
export class MonoResampler {
  readonly rateHz: number;
  /** After so many samples of the source and of the output both are at the same point again. */
  readonly #period: { source: number; output: number };
  #source: Int16Array = new Int16Array();
  #given = 0;

  constructor(rateHz: number) {
    if (!(rateHz >= 8_000 && rateHz <= 384_000)) throw new Error(`Sound at ${rateHz} Hz is not supported`);
    this.rateHz = rateHz;
    const divisor = greatestCommonDivisor(rateHz, outputRateHz);
    this.#period = { source: rateHz / divisor, output: outputRateHz / divisor };
  }

  push({ channels }: Decoded): Int16Array {
    this.#source = joined(this.#source, downmixed(channels));
    // What lies nearer to the end needs what comes next.
    const until = Math.floor(((this.#source.length - reach) * outputRateHz) / this.rateHz);
    const output = this.#take(Math.max(0, until - this.#given));
    this.#forget();
    return output;
  }

  /** The rest. */
  flush(): Int16Array {
    return this.#take(Infinity);
  }

  #take(count: number): Int16Array {
    const pieces: Int16Array[] = [];
    for (let left = count; left > 0;) {
      const into = scratch.subarray(0, Math.min(left, scratch.length));
      const got = resample(this.#source, this.rateHz, this.#given, into);
      if (got === 0) break;
      pieces.push(Int16Array.from(into.subarray(0, got), limited));
      this.#given += got;
      left -= got;
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : joined(...pieces);
  }

  #forget(): void {
    const { source, output } = this.#period;
    const behind = Math.floor((this.#given * this.rateHz) / outputRateHz) - reach;
    const periods = Math.floor(behind / source);
    if (periods <= 0) return;
    this.#source = this.#source.slice(periods * source);
    this.#given -= periods * output;
  }
}

function downmixed(channels: Float32Array[]): Int16Array {
  const [first] = channels;
  if (!first) return new Int16Array();
  const mono = new Int16Array(first.length);
  for (let n = 0; n < mono.length; n++) {
    let sum = 0;
    for (const channel of channels) sum += channel[n] ?? 0;
    mono[n] = limited((sum / channels.length) * 32_767);
  }
  return mono;
}

const limited = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

function joined(...pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
