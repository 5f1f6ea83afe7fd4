/** How a WAV file writes its samples. */
export interface WavFormat {
  encoding: 'integer' | 'float';
  channels: number;
  sampleRateHz: number;
  /** Of one sample of one channel; where it is wider than the sample, its lowest bits are zero. */
  sampleBytes: number;
  /** Of one moment, all channels. */
  frameBytes: number;
}

const tags = { integer: 1, float: 3, extensible: 0xfffe };
const lowestRateHz = 4_000;
const highestRateHz = 384_000;
const mostChannels = 8;

/** Reads a `fmt ` part of 16 bytes at least; text: why it cannot be used. */
export function readWavFormat(part: Uint8Array): WavFormat | string {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const written = view.getUint16(0, true);
  // The extensible format has the true one in the first two bytes of an identifier.
  const tag = written === tags.extensible && part.byteLength >= 26 ? view.getUint16(24, true) : written;
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  const sampleBytes = frameBytes / channels;
  if (tag !== tags.integer && tag !== tags.float) return `is a WAV file of format ${tag}, which is not PCM`;
  if (channels < 1 || channels > mostChannels) return `is a WAV file of ${channels} channels`;
  if (sampleRateHz < lowestRateHz || sampleRateHz > highestRateHz)
    return `is a WAV file of ${sampleRateHz} samples per second`;
  const isPossible =
    tag === tags.float
      ? sampleBytes === 4 && bits === 32
      : Number.isInteger(sampleBytes) && sampleBytes >= 1 && sampleBytes <= 4;
  if (!isPossible || bits < 1 || bits > sampleBytes * 8)
    return `is a WAV file with ${bits} bits in ${frameBytes} bytes of ${channels} channels`;
  return {
    encoding: tag === tags.float ? 'float' : 'integer',
    channels,
    sampleRateHz,
    sampleBytes,
    frameBytes,
  };
}

export function sameFormat(one: WavFormat, other: WavFormat): boolean {
  return (
    one.encoding === other.encoding &&
    one.channels === other.channels &&
    one.sampleRateHz === other.sampleRateHz &&
    one.frameBytes === other.frameBytes
  );
}

/** One sample in the range of 16 bits, with a fraction where it was finer; what is not a number is silence. */
export function readSample(view: DataView, at: number, { encoding, sampleBytes }: WavFormat): number {
  if (encoding === 'float') {
    const value = view.getFloat32(at, true);
    return Number.isNaN(value) ? 0 : Math.max(-1, Math.min(1, value)) * 32_768;
  }
  switch (sampleBytes) {
    case 1:
      // The only one without a sign.
      return (view.getUint8(at) - 128) * 256;
    case 2:
      return view.getInt16(at, true);
    case 3:
      return view.getInt16(at + 1, true) + view.getUint8(at) / 256;
    default:
      return view.getInt32(at, true) / 65_536;
  }
}
