import type { RawSound } from './endpoint.ts';
import { EngineError } from './endpoint.ts';
import { SampleBuffer } from './sample-buffer.ts';
import type { SoundReader } from './sound-reader.ts';
import { WavReader } from './wav-stream.ts';

/** Beginnings of files that would be heard as noise. */
const foreign: readonly (readonly [start: string, name: string])[] = [
  ['OggS', 'Ogg'],
  ['fLaC', 'FLAC'],
  ['ID3\u0003', 'MP3'],
  ['ID3\u0004', 'MP3'],
  ['<!DO', 'HTML'],
  ['<htm', 'HTML'],
];

/**
 * Reads samples without a header: signed 16-bit little-endian mono, at a rate that has to be known. A byte too many at the end is dropped. Some
 * servers send a WAV file although they were asked for this: then its header counts.
 */
export class PcmReader implements SoundReader {
  readonly #sampleRateHz: number;
  readonly #samples = new SampleBuffer();
  #start: number[] = [];
  #isSniffed = false;
  #odd: number | undefined;
  #wav: WavReader | undefined;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  get length(): number {
    return this.#wav ? this.#wav.length : this.#samples.length;
  }

  trailingZeros(): number {
    return this.#wav ? this.#wav.trailingZeros() : this.#samples.trailingZeros();
  }

  push(bytes: Uint8Array): void {
    if (this.#isSniffed) {
      this.#add(bytes);
      return;
    }
    const taken = 4 - this.#start.length;
    this.#start.push(...bytes.subarray(0, taken));
    if (this.#start.length < 4) return;
    this.#sniff();
    this.#add(bytes.subarray(taken));
  }

  end(): RawSound {
    if (!this.#isSniffed) this.#sniff();
    if (this.#wav) return this.#wav.end();
    return { samples: this.#samples.copy(), sampleRateHz: this.#sampleRateHz };
  }

  #sniff(): void {
    this.#isSniffed = true;
    const start = String.fromCharCode(...this.#start);
    const known = foreign.find(([beginning]) => beginning === start);
    if (known) throw new EngineError('garbage', `the answer is ${known[1]}, not PCM`);
    if (start === 'RIFF' || start === 'RF64') this.#wav = new WavReader();
    this.#add(Uint8Array.from(this.#start));
    this.#start = [];
  }

  #add(bytes: Uint8Array): void {
    if (this.#wav) {
      this.#wav.push(bytes);
      return;
    }
    let from = 0;
    if (this.#odd !== undefined && bytes.byteLength > 0) {
      this.#samples.append(Uint8Array.of(this.#odd, bytes[0] ?? 0));
      this.#odd = undefined;
      from = 1;
    }
    const whole = bytes.byteLength - ((bytes.byteLength - from) % 2);
    this.#samples.append(bytes.subarray(from, whole));
    if (whole < bytes.byteLength) this.#odd = bytes[whole];
  }
}
