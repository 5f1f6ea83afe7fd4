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

/** The distance of two values of an envelope. */
export const hopMs = 5;

/** Loudness over time: the RMS of overlapping windows of 20 ms, one every 5 ms. */
export function envelope(samples: Int16Array, sampleRateHz: number): Float64Array {
  const hop = (sampleRateHz * hopMs) / 1_000;
  const window = hop * 4;
  const result = new Float64Array(Math.max(0, Math.floor((samples.length - window) / hop)));
  for (let index = 0; index < result.length; index++) {
    const from = Math.round(index * hop);
    const to = Math.round(index * hop + window);
    let sum = 0;
    for (let at = from; at < to; at++) sum += (samples[at] ?? 0) ** 2;
    result[index] = Math.sqrt(sum / (to - from));
  }
  return result;
}
