import type { RawSound } from './endpoint.ts';
import { EngineError } from './endpoint.ts';
import { SampleBuffer } from './sample-buffer.ts';
import type { SoundReader } from './sound-reader.ts';
import type { WavFormat } from './wav-format.ts';
import { readWavFormat, readSample, sameFormat } from './wav-format.ts';

/**
 * More than any sound here has: the size of a header written before it was known, as 0xFFFFFFFF, or 0x7FFFF000 of espeak-ng. So is 0.
 */
const mostDataS = 300;
/** Some servers count their headers as sound; it is too short to be heard. */
const mostMissingBytes = 64;
const maxFormatBytes = 64;

/**
 * What comes next. `riff`: the start of a file. `chunk`: the name and size of a part. `format`: the part that tells the format. `skip`: so many
 * bytes that nobody needs. `data`: samples.
 */
type Next =
  | { kind: 'riff' }
  | { kind: 'chunk' }
  | { kind: 'format'; size: number }
  | { kind: 'skip'; left: number }
  | { kind: 'data'; left: number; padded: boolean };

/**
 * Reads a WAV file while it comes: PCM of 8 to 32 bits or 32-bit floats, of any number of channels up to eight, mixed to one. Headers
 * that were streamed may tell no size that is true (GPT-SoVITS writes 0). Where more comes than is announced, and it looks like no other part,
 * it is sound as well: the header told the size of the first piece alone. Files written one after the other are one sound.
 */
export class WavReader implements SoundReader {
  readonly #samples = new SampleBuffer();
  #next: Next = { kind: 'riff' };
  /** Bytes of a header, or of one moment of sound, of which the rest has not come yet. */
  #held = new Uint8Array(maxFormatBytes);
  #heldBytes = 0;
  #format: WavFormat | undefined;
  #dataSeen = false;

  get length(): number {
    return this.#samples.length;
  }

  trailingZeros(): number {
    return this.#samples.trailingZeros();
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength;) at += this.#take(bytes.subarray(at));
  }

  end(): RawSound {
    if (!this.#format || !this.#dataSeen) throw garbage('ended within the header of the WAV file');
    if (this.#next.kind === 'data') {
      const { left } = this.#next;
      if (left < Infinity && left > mostMissingBytes)
        throw new EngineError('cut-off', `the answer ended ${left} bytes before its WAV file does`);
    }
    return { samples: this.#samples.copy(), sampleRateHz: this.#format.sampleRateHz };
  }

  /** Returns how many bytes were taken, at least one. */
  #take(bytes: Uint8Array): number {
    switch (this.#next.kind) {
      case 'riff':
        return this.#collect(bytes, 12, (head) => this.#readRiff(head));
      case 'chunk':
        return this.#collect(bytes, 8, (head) => this.#readChunk(head));
      case 'format': {
        const { size } = this.#next;
        return this.#collect(bytes, Math.min(size, maxFormatBytes), (head) => this.#readFormat(head, size));
      }
      case 'skip': {
        const taken = Math.min(bytes.byteLength, this.#next.left);
        this.#skip(this.#next.left - taken);
        return taken;
      }
      case 'data':
        return this.#takeData(bytes, this.#next);
    }
  }

  #collect(bytes: Uint8Array, wanted: number, then: (head: Uint8Array) => void): number {
    const taken = Math.min(bytes.byteLength, wanted - this.#heldBytes);
    this.#held.set(bytes.subarray(0, taken), this.#heldBytes);
    this.#heldBytes += taken;
    if (this.#heldBytes < wanted) return taken;
    this.#heldBytes = 0;
    then(this.#held.slice(0, wanted));
    return taken;
  }

  #readRiff(head: Uint8Array): void {
    const name = textOf(head, 0);
    if ((name !== 'RIFF' && name !== 'RF64') || textOf(head, 8) !== 'WAVE')
      throw garbage(`is no WAV file: it begins with ${JSON.stringify(textOf(head, 0))}`);
    this.#next = { kind: 'chunk' };
  }

  #readChunk(head: Uint8Array): void {
    const name = textOf(head, 0);
    const size = new DataView(head.buffer).getUint32(4, true);
    if (this.#dataSeen && (name === 'RIFF' || name === 'RF64')) {
      this.#held.set(head);
      this.#heldBytes = head.byteLength;
      this.#next = { kind: 'riff' };
    } else if (name === 'fmt ') {
      if (size < 16) throw garbage(`has a WAV format of ${size} bytes`);
      this.#next = { kind: 'format', size };
    } else if (name === 'data') {
      if (!this.#format) throw garbage('is a WAV file with samples before their format');
      this.#dataSeen = true;
      const { frameBytes, sampleRateHz } = this.#format;
      const isKnown = size > 0 && size <= mostDataS * frameBytes * sampleRateHz;
      this.#next = { kind: 'data', left: isKnown ? size : Infinity, padded: isKnown && size % 2 === 1 };
    } else if (this.#dataSeen && !/^[\x20-\x7e]{4}$/.test(name)) {
      // The header told the size of the first piece alone: this is the next one.
      this.#next = { kind: 'data', left: Infinity, padded: false };
      this.push(head);
    } else this.#skip(size + (size % 2));
  }

  #readFormat(head: Uint8Array, size: number): void {
    const format = readWavFormat(head);
    if (typeof format === 'string') throw garbage(format);
    if (this.#format && !sameFormat(this.#format, format)) throw garbage('changes its WAV format half-way');
    this.#format = format;
    this.#skip(size + (size % 2) - head.byteLength);
  }

  #skip(left: number): void {
    this.#next = left > 0 ? { kind: 'skip', left } : { kind: 'chunk' };
  }

  #takeData(bytes: Uint8Array, data: { left: number; padded: boolean }): number {
    const taken = Math.min(bytes.byteLength, data.left);
    this.#addFrames(bytes.subarray(0, taken));
    data.left -= taken;
    if (data.left > 0) return taken;
    this.#heldBytes = 0;
    this.#skip(data.padded ? 1 : 0);
    return taken;
  }

  #addFrames(bytes: Uint8Array): void {
    const format = this.#format;
    if (!format) throw garbage('has no WAV format');
    const { frameBytes } = format;
    let at = 0;
    if (this.#heldBytes > 0) {
      at = Math.min(frameBytes - this.#heldBytes, bytes.byteLength);
      this.#held.set(bytes.subarray(0, at), this.#heldBytes);
      this.#heldBytes += at;
      if (this.#heldBytes < frameBytes) return;
      this.#heldBytes = 0;
      this.#addWhole(this.#held.subarray(0, frameBytes), format);
    }
    const whole = bytes.byteLength - ((bytes.byteLength - at) % frameBytes);
    this.#addWhole(bytes.subarray(at, whole), format);
    this.#held.set(bytes.subarray(whole));
    this.#heldBytes = bytes.byteLength - whole;
  }

  #addWhole(bytes: Uint8Array, format: WavFormat): void {
    const { frameBytes, encoding, channels, sampleBytes } = format;
    if (encoding === 'integer' && channels === 1 && sampleBytes === 2) {
      this.#samples.append(bytes);
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let frame = 0; frame < bytes.byteLength; frame += frameBytes) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++)
        sum += readSample(view, frame + channel * sampleBytes, format);
      this.#samples.add(Math.max(-32_768, Math.min(32_767, Math.round(sum / channels))));
    }
  }
}

function textOf(bytes: Uint8Array, from: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + 4));
}

function garbage(what: string): EngineError {
  return new EngineError('garbage', `the answer ${what}`);
}
