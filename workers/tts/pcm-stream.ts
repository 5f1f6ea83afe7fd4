import type { RawSound } from './endpoint.ts';
import { EngineError } from './endpoint.ts';
import { SampleBuffer } from './sample-buffer.ts';
import type { SoundReader } from './sound-reader.ts';
import { WavReader } from './wav-stream.ts';

/** Errors that are told as a success, often without a content type. */
const json = /^[{[]\s*["{\s]/u;
/** The head of a frame of MP3, of any version and rate. */
const frame = /^\u00ff[\u00e2\u00e3\u00f2\u00f3\u00fa\u00fb]/u;
/** Beginnings of files that would be heard as noise. */
const foreign: readonly (readonly [start: string, name: string])[] = [
  ['OggS', 'Ogg'],
  ['fLaC', 'FLAC'],
  ['ID3\u0003', 'MP3'],
  ['ID3\u0004', 'MP3'],
  ['ID3\u0002', 'MP3'],
  ['<!DO', 'HTML'],
  ['<!do', 'HTML'],
  ['<htm', 'HTML'],
  ['<HTM', 'HTML'],
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
    const known = nameOf(start);
    if (known !== undefined) throw new EngineError('garbage', `the answer is ${known}, not PCM`);
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

function nameOf(start: string): string | undefined {
  if (json.test(start)) return 'JSON';
  if (frame.test(start) && isFrame(start.charCodeAt(2))) return 'MP3';
  return foreign.find(([beginning]) => beginning === start)?.[1];
}

/** There is a bit rate and a sample rate. */
function isFrame(rates: number): boolean {
  const bitRate = rates >> 4;
  return bitRate > 0 && bitRate < 15 && ((rates >> 2) & 3) !== 3;
}
