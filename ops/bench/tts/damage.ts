import { resample, resampledLength } from '../../../workers/audio/resample.ts';
import { outputRateHz } from '../../../workers/audio/format.ts';
import type { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import type { Spoken } from './embedded-voice.ts';
import { join } from './embedded-voice.ts';

type Samples = Int16Array<ArrayBuffer>;
const fullScale = 32_768;
const audible = 300;

/** Changed sample by sample, with what does not fit cut off. */
export function mapSamples(samples: Int16Array, change: (sample: number, at: number) => number): Samples {
  const result = new Int16Array(samples.length);
  for (let at = 0; at < samples.length; at++) result[at] = clamp(change(samples[at] ?? 0, at));
  return result;
}

export const louder = (samples: Int16Array, gainDb: number): Samples =>
  mapSamples(samples, (sample) => sample * 10 ** (gainDb / 20));

/** As far as the peaks allow it. */
export function louderUnclipped(samples: Int16Array, gainDb: number): Samples {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  return louder(samples, Math.min(gainDb, 20 * Math.log10((fullScale - 1) / peak)));
}

/** What does not fit comes out with the other sign, as a cast to 16 bits has it. */
export function wrapped(samples: Int16Array, factor: number): Samples {
  return Int16Array.from(samples, (sample) => Math.trunc(sample * factor));
}

/** The same sound at another rate. */
export function atRate({ samples, sampleRateHz }: Spoken, rateHz: number): Spoken {
  // The product's resampler knows one rate to go to: what matters to it is the ratio.
  const asIf = Math.round((sampleRateHz * outputRateHz) / rateHz);
  const floats = new Float32Array(resampledLength(samples.length, asIf));
  resample(samples, asIf, 0, floats);
  return { samples: Int16Array.from(floats, clamp), sampleRateHz: rateHz };
}

export const zeros = (seconds: number, rateHz: number): Samples =>
  new Int16Array(Math.round(seconds * rateHz));

/** Gaussian, by its RMS. */
export function noise(random: SeededRandom, { count, levelDb }: { count: number; levelDb: number }): Samples {
  const rms = fullScale * 10 ** (levelDb / 20);
  return Int16Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return clamp(rms * radius * Math.cos(2 * Math.PI * random.next()));
  });
}

export function mixed(samples: Int16Array, other: Int16Array): Samples {
  return mapSamples(samples, (sample, at) => sample + (other[at] ?? 0));
}

/** Without what nobody hears around it. */
export function bare(samples: Int16Array): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) > audible);
  return first < 0
    ? samples.subarray(0, 0)
    : samples.subarray(first, samples.findLastIndex((sample) => Math.abs(sample) > audible) + 1);
}

/** A piece of so many seconds, said over and over for so long in place of once. */
export function looped(
  { samples, sampleRateHz }: Spoken,
  { fromS, pieceS, forS }: { fromS: number; pieceS: number; forS: number },
): Samples {
  const from = Math.round(fromS * sampleRateHz);
  const piece = samples.subarray(from, from + Math.round(pieceS * sampleRateHz));
  const times = Math.max(2, Math.ceil(forS / pieceS));
  return join(
    samples.subarray(0, from),
    ...Array.from({ length: times }, () => piece),
    samples.subarray(from + piece.length),
  );
}

export function swapBytes(samples: Int16Array): Samples {
  return Int16Array.from(samples, (sample) => ((sample & 0xff) << 8) | ((sample >> 8) & 0xff));
}

function clamp(value: number): number {
  return Math.max(-fullScale, Math.min(fullScale - 1, Math.round(value)));
}
