import { wavHeader } from '../../wav-header.ts';

/** A WAV file of mono samples. */
export function encodeWav(samples: Int16Array, sampleRateHz: number): Buffer {
  const { buffer, byteOffset, byteLength: dataBytes } = samples;
  return Buffer.concat([
    wavHeader({ dataBytes, sampleRateHz }),
    new Uint8Array(buffer, byteOffset, dataBytes),
  ]);
}
