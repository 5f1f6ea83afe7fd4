import type { RawSound } from '../../endpoint.ts';
import type { SoundReader } from '../../sound-reader.ts';

/** The one second of silence that stands for an exception: made for 16 kHz, whatever the rate of the sound. */
const silentSamples = 16_000;
const sentinelRateHz = 16_000;

/** Whether a complete answer is what the server sends, as a success, when it could not make the sound or found nothing in the text to speak. */
export function isSentinel({ samples, sampleRateHz }: RawSound): boolean {
  return (
    sampleRateHz === sentinelRateHz &&
    samples.length === silentSamples &&
    samples.every((sample) => sample === 0)
  );
}

/** Whether an answer that was cut off ends in that second: then the server itself failed in the middle, and loads its model anew. */
export function endsInSentinel(reader: SoundReader): boolean {
  return reader.trailingZeros() >= silentSamples;
}
