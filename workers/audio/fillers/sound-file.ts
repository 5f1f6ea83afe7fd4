import { wavHeader, wavHeaderBytes as headBytes } from '../../wav-header.ts';
import type { Recorded } from '../renditions.ts';

/** 30 s at the highest rate. */
export const maxSoundBytes = headBytes + 30 * 96_000 * 2;

/** The bytes are not a sound that we have written. */
export class DamagedSoundError extends Error {
  override name = 'DamagedSoundError';
  readonly code = 'damaged-sound';
}

/** A WAV file: 16-bit mono at the rate at which it was made. */
export function encodeSound({ pcm, sampleRateHz }: Recorded): Buffer {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Buffer.concat([wavHeader({ dataBytes: pcm.byteLength, sampleRateHz }), bytes]);
}

/** Reads only what `encodeSound` writes; throws DamagedSoundError for anything else. */
export function decodeSound(file: Buffer): Recorded {
  const problem = problemOf(file);
  if (problem) throw new DamagedSoundError(problem);
  const pcm = new Int16Array(new Uint8Array(file.subarray(headBytes)).buffer);
  return { pcm, sampleRateHz: file.readUInt32LE(24) };
}

function problemOf(file: Buffer): string {
  if (file.byteLength <= headBytes) return `only ${file.byteLength} bytes`;
  if (file.byteLength > maxSoundBytes) return `${file.byteLength} bytes, longer than any line`;
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 16) !== 'WAVEfmt ')
    return 'not a WAV file';
  if (file.toString('latin1', 36, 40) !== 'data' || file.readUInt32LE(16) !== 16)
    return 'not written by this program';
  if (file.readUInt16LE(20) !== 1 || file.readUInt16LE(22) !== 1 || file.readUInt16LE(34) !== 16)
    return 'not 16-bit mono';
  const rate = file.readUInt32LE(24);
  if (!(rate >= 8_000 && rate <= 96_000)) return `sample rate of ${rate} Hz`;
  const bytes = file.readUInt32LE(40);
  if (bytes !== file.byteLength - headBytes || bytes % 2 !== 0)
    return `${file.byteLength - headBytes} bytes of sound instead of ${bytes}`;
  return '';
}
