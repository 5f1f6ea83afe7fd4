import type { Decoded, SoundDecoder } from './sound-decoder.ts';

interface Format {
  encoding: 'integer' | 'float';
  channels: number;
  rateHz: number;
  bytesPerSample: number;
}

const maxHeaderBytes = 1_048_576;
const codes = { integer: 1, float: 3, extensible: 0xff_fe };

/** WAV: 8, 16, 24 and 32 bits, integers and floats (64 bits too), any number of channels up to eight, any rate. */
export class WavDecoder implements SoundDecoder {
  readonly canJump = 'after the beginning';
  #rest: Uint8Array = new Uint8Array();
  #format: Format | undefined;
  /** Bytes of sound that are still to come, by the header. */
  #left = 0;
  #dataAt: number | undefined;
  #dataBytes = 0;

  decode(bytes: Uint8Array): Promise<Decoded | undefined> {
    this.#rest = joined(this.#rest, bytes);
    if (this.#dataAt === undefined) this.#readHeader();
    return Promise.resolve(this.#takeSamples());
  }

  flush(): Promise<undefined> {
    if (this.#dataAt === undefined) throw new Error('The WAV file has no sound in it');
    return Promise.resolve(undefined);
  }

  jumpTo(byte: number): number {
    if (this.#dataAt === undefined || !this.#format) throw new Error('The WAV header is not known yet');
    const into = Math.max(0, byte - this.#dataAt);
    const skipped = into - (into % frameBytesOf(this.#format));
    this.#rest = new Uint8Array();
    this.#left = Math.max(0, this.#dataBytes - skipped);
    return this.#dataAt + skipped;
  }

  free(): void {
    this.#rest = new Uint8Array();
  }

  #readHeader(): void {
    const view = viewOf(this.#rest);
    if (view.byteLength < 12) return;
    const [riff, wave] = [text(view, 0), text(view, 8)];
    if ((riff !== 'RIFF' && riff !== 'RF64') || wave !== 'WAVE') throw new Error('It is no WAV file');
    for (let at = 12; at + 8 <= view.byteLength;) {
      const name = text(view, at);
      const size = view.getUint32(at + 4, true);
      if (name === 'data') return this.#beginData(at + 8, size);
      if (name === 'fmt ' && at + 8 + size <= view.byteLength) this.#format = formatOf(view, at + 8, size);
      at += 8 + size + (size % 2);
    }
    if (view.byteLength > maxHeaderBytes) throw new Error('The WAV header does not end');
  }

  #beginData(at: number, size: number): void {
    if (!this.#format) throw new Error('The WAV header does not tell the format');
    this.#dataAt = at;
    // Written by a program that did not know how long it would be, or that was killed.
    this.#dataBytes = size === 0 || size === 0xff_ff_ff_ff ? Infinity : size;
    this.#left = this.#dataBytes;
    this.#rest = this.#rest.subarray(at);
  }

  #takeSamples(): Decoded | undefined {
    const format = this.#format;
    if (this.#dataAt === undefined || !format) return undefined;
    const frameBytes = frameBytesOf(format);
    const usable = Math.min(this.#rest.byteLength, this.#left);
    const frames = Math.floor(usable / frameBytes);
    if (frames === 0) return undefined;
    const view = viewOf(this.#rest);
    const channels = Array.from({ length: format.channels }, () => new Float32Array(frames));
    const sample = sampleReader(format);
    for (let frame = 0; frame < frames; frame++) {
      for (const [index, channel] of channels.entries())
        channel[frame] = sample(view, frame * frameBytes + index * format.bytesPerSample);
    }
    this.#left -= frames * frameBytes;
    this.#rest = this.#rest.slice(frames * frameBytes);
    return { channels, rateHz: format.rateHz };
  }
}

const frameBytesOf = ({ channels, bytesPerSample }: Format): number => channels * bytesPerSample;

function formatOf(view: DataView, at: number, size: number): Format {
  if (size < 16) throw new Error('The WAV header is too short');
  let code = view.getUint16(at, true);
  // The real code begins the identifier of the extension.
  if (code === codes.extensible && size >= 26) code = view.getUint16(at + 24, true);
  const channels = view.getUint16(at + 2, true);
  const rateHz = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const encoding = code === codes.integer ? 'integer' : code === codes.float ? 'float' : undefined;
  const known = encoding === 'integer' ? [8, 16, 24, 32] : [32, 64];
  if (!encoding || !known.includes(bits))
    throw new Error(`WAV with encoding ${code} and ${bits} bits is not supported`);
  if (channels < 1 || channels > 8) throw new Error(`WAV with ${channels} channels is not supported`);
  return { encoding, channels, rateHz, bytesPerSample: bits / 8 };
}

function sampleReader({ encoding, bytesPerSample }: Format): (view: DataView, at: number) => number {
  if (encoding === 'float') {
    return bytesPerSample === 4
      ? (view, at) => finite(view.getFloat32(at, true))
      : (view, at) => finite(view.getFloat64(at, true));
  }
  switch (bytesPerSample) {
    case 1:
      return (view, at) => (view.getUint8(at) - 128) / 128;
    case 2:
      return (view, at) => view.getInt16(at, true) / 32_768;
    case 3:
      return (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65_536) / 8_388_608;
    default:
      return (view, at) => view.getInt32(at, true) / 2_147_483_648;
  }
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((n) => view.getUint8(at + n)));

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.byteLength === 0) return b;
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}
