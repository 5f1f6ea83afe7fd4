import { readFileSync } from 'node:fs';

export interface Wav {
  sampleRateHz: number;
  channels: number;
  samples: Int16Array;
}

/** A 16-bit PCM WAV file, read by its own header. */
export function readWav(file: string): Wav {
  const bytes = readFileSync(file);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('no WAV file');
  let sampleRateHz = 0;
  let channels = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (name === 'fmt ') {
      channels = bytes.readUInt16LE(at + 10);
      sampleRateHz = bytes.readUInt32LE(at + 12);
      if (bytes.readUInt16LE(at + 22) !== 16) throw new Error('not 16-bit');
    }
    if (name === 'data') {
      const data = Buffer.from(bytes.subarray(at + 8, at + 8 + size));
      const samples = new Int16Array(data.buffer, data.byteOffset, Math.floor(data.byteLength / 2));
      return { sampleRateHz, channels, samples };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error('WAV file without data');
}

/** Loudness over time: the RMS of each window. */
export function envelope(samples: Int16Array, sampleRateHz: number, windowMs = 10): Float64Array {
  const window = Math.round((sampleRateHz * windowMs) / 1_000);
  const result = new Float64Array(Math.floor(samples.length / window));
  for (let index = 0; index < result.length; index++) {
    let sum = 0;
    for (let at = index * window; at < (index + 1) * window; at++) sum += (samples[at] ?? 0) ** 2;
    result[index] = Math.sqrt(sum / window);
  }
  return result;
}
