import { readFileSync } from 'node:fs';

/** Reads a WAV file the way players do: by its header. Throws when the header does not fit the file. */
export function readWav(file: string): { rateHz: number; samples: Int16Array } {
  const bytes = readFileSync(file);
  const text = (at: number) => bytes.toString('latin1', at, at + 4);
  if (text(0) !== 'RIFF' || text(8) !== 'WAVE' || text(36) !== 'data')
    throw new Error(`${file} is no WAV file`);
  const length = bytes.readUInt32LE(40);
  if (bytes.readUInt32LE(4) !== length + 36) throw new Error('the two sizes do not agree');
  if (44 + length > bytes.byteLength) throw new Error('the header promises more than there is');
  const samples = new Int16Array(length / 2);
  for (let n = 0; n < samples.length; n++) samples[n] = bytes.readInt16LE(44 + 2 * n);
  return { rateHz: bytes.readUInt32LE(24), samples };
}
