/** How a WAV file of a test is to be written. */
export interface WavForm {
  encoding: 'integer' | 'float';
  bits: number;
  rateHz: number;
  /** One function for each channel: its value, from -1 to 1, at a sample. */
  channels: ((n: number) => number)[];
  samples: number;
  /** With the header of a format that has an extension. */
  isExtensible?: boolean;
}

/** A WAV file as bytes. */
export function wavFile({
  encoding,
  bits,
  rateHz,
  channels,
  samples,
  isExtensible = false,
}: WavForm): Buffer {
  const width = bits / 8;
  const data = Buffer.alloc(samples * channels.length * width);
  let at = 0;
  for (let n = 0; n < samples; n++) {
    for (const channel of channels) {
      writeSample(data, at, channel(n), { encoding, bits });
      at += width;
    }
  }
  const code = encoding === 'integer' ? 1 : 3;
  const format = Buffer.alloc(isExtensible ? 40 : 16);
  format.writeUInt16LE(isExtensible ? 0xff_fe : code, 0);
  format.writeUInt16LE(channels.length, 2);
  format.writeUInt32LE(rateHz, 4);
  format.writeUInt32LE(rateHz * channels.length * width, 8);
  format.writeUInt16LE(channels.length * width, 12);
  format.writeUInt16LE(bits, 14);
  if (isExtensible) format.writeUInt16LE(code, 24);
  // A chunk that nobody knows, of an odd length.
  const chunks = [chunk('fmt ', format), chunk('odd ', Buffer.from([1, 2, 3])), chunk('data', data)];
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  return chunk('RIFF', body);
}

function writeSample(
  data: Buffer,
  at: number,
  value: number,
  { encoding, bits }: Pick<WavForm, 'encoding' | 'bits'>,
): void {
  if (encoding === 'float') {
    if (bits === 32) data.writeFloatLE(value, at);
    else data.writeDoubleLE(value, at);
    return;
  }
  const scaled = Math.round(value * (2 ** (bits - 1) - 1));
  if (bits === 8) data.writeUInt8(scaled + 128, at);
  else data.writeIntLE(scaled, at, bits / 8);
}

function chunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8, name, 'latin1');
  head.writeUInt32LE(body.byteLength, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.byteLength % 2)]);
}

/** A tone for a channel. */
export const sine =
  (hz: number, rateHz: number, amplitude: number) =>
  (n: number): number =>
    amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz);
