export interface WavShape {
  tag?: number;
  channels?: number;
  bits?: number;
  sampleRateHz?: number;
  /** As the header tells it; the true one unless given. */
  dataSize?: number;
  extensible?: boolean;
  /** Parts before the samples. */
  before?: Buffer[];
  /** Parts after them. */
  after?: Buffer[];
}

/** A WAV file around samples that are already bytes. */
export function makeWav(data: Uint8Array, shape: WavShape = {}): Buffer {
  const { channels = 1, bits = 16, sampleRateHz = 32_000, extensible = false } = shape;
  const frame = channels * Math.ceil(bits / 8);
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : (shape.tag ?? 1), 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRateHz, 4);
  format.writeUInt32LE(sampleRateHz * frame, 8);
  format.writeUInt16LE(frame, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt16LE(shape.tag ?? 1, 24);
  }
  const head = part('data', Buffer.alloc(0));
  head.writeUInt32LE(shape.dataSize ?? data.byteLength, 4);
  const parts = [part('fmt ', format), ...(shape.before ?? []), head, data, ...(shape.after ?? [])];
  const riff = Buffer.from('RIFF\0\0\0\0WAVE', 'latin1');
  riff.writeUInt32LE(shape.dataSize === 0 ? 36 : 4 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([riff, ...parts]);
}

/** One part of a WAV file, filled up to an even length. */
export function part(name: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(content.byteLength, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.byteLength % 2)]);
}

/** Samples that are no silence: a sawtooth, as 16-bit little-endian. */
export function sawtooth(samples: number): Buffer {
  const bytes = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index++)
    bytes.writeInt16LE(((index * 397) % 20_000) - 9_999 || 1, index * 2);
  return bytes;
}

/** Repeatable random numbers from 0 to 1 (mulberry32). */
export function openRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The bytes in pieces whose sizes the seed decides, some of them empty. */
export function cutUp(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = openRandom(seed);
  const largest = [1, 3, 17, 400, 5_000][seed % 5] ?? 1;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const size = Math.floor(random() * (largest + 1));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
