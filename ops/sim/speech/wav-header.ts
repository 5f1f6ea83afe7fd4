const headerBytes = 44;

/**
 * A WAV header of mono 16-bit sound. `dataBytes` 0 is what Python's `wave` writes in front of a stream (RIFF size 36), `unknown` what
 * others write there: both sizes 0xFFFFFFFF.
 */
export function wavHeader({
  sampleRateHz,
  dataBytes,
}: {
  readonly sampleRateHz: number;
  readonly dataBytes: number | 'unknown';
}): Buffer {
  const header = Buffer.alloc(headerBytes);
  const data = dataBytes === 'unknown' ? 0xffff_ffff : Math.min(dataBytes, 0xffff_ffff);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(Math.min(0xffff_ffff, data + headerBytes - 8), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data, 40);
  return header;
}
