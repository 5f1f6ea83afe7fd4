import type { SpeechFault } from '../../../protocol/simulated-faults.ts';
import type { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import { resample } from './resample.ts';
import { joinSamples } from './samples.ts';

/** Samples, what the header says of them, and where the pieces of a stream end. */
export type Sound = {
  readonly samples: Int16Array;
  /** What is told; `wrong-rate` lies. */
  readonly sampleRateHz: number;
  /** In samples, rising, the last at the end; one for a sound in one piece. */
  readonly pieceEnds: readonly number[];
};

export type SpoilOptions = {
  readonly random: SeededRandom;
  /** Another sentence in the same voice and rate. */
  readonly other: () => Int16Array;
};

const sentinelRateHz = 16_000;
const loopSeconds = 60;
const loopedMs = 300;

/** What a fault makes of a sound. Faults that lie not in the sound leave it as it is. */
export function spoil(sound: Sound, fault: SpeechFault, { random, other }: SpoilOptions): Sound {
  const { samples, sampleRateHz } = sound;
  const samplesIn = (ms: number) => Math.round((sampleRateHz * ms) / 1_000);
  switch (fault) {
    case 'sentinel':
      return inOne(new Int16Array(sentinelRateHz), sentinelRateHz);
    case 'wrong-rate':
      return { ...sound, sampleRateHz: sampleRateHz === sentinelRateHz ? 8_000 : sentinelRateHz };
    case 'v4-rate':
      return scaled(sound, 48_000);
    case 'nan-silence':
      return withSamples(sound, new Int16Array(samples.length));
    case 'blank':
      return withSamples(
        sound,
        Int16Array.from(samples, () => random.whole(-12, 12)),
      );
    case 'wrap-click':
      return withSamples(sound, wrapPeak(samples));
    case 'clipping':
      return withSamples(
        sound,
        samples.map((sample) => Math.max(-32_767, Math.min(32_767, sample * 12))),
      );
    case 'truncated':
      return withSamples(sound, samples.slice(0, Math.floor(samples.length * 0.6)));
    case 'loop': {
      const tail = samples.slice(
        Math.max(0, lastAudible(samples) - samplesIn(loopedMs)),
        lastAudible(samples),
      );
      const whole = new Int16Array(loopSeconds * sampleRateHz);
      whole.set(samples.subarray(0, Math.min(whole.length, lastAudible(samples))));
      for (let at = lastAudible(samples); at < whole.length && tail.length > 0; at += tail.length)
        whole.set(tail.subarray(0, whole.length - at), at);
      return withSamples(sound, whole);
    }
    case 'reference-leak':
      return withSamples(sound, joinSamples([other(), new Int16Array(samplesIn(150)), samples]));
    case 'crossed-voices':
      return withSamples(sound, cross(samples, other(), { at: 0, block: samplesIn(crossedMs) }));
    case 'noise-tail': {
      const noise = Int16Array.from({ length: samplesIn(40) }, () => random.whole(-6_000, 6_000));
      return withSamples(sound, joinSamples([samples, noise]));
    }
    default:
      return sound;
  }
}

/** Between two voices that cross, the speaker changes so often. */
export const crossedMs = 250;

/** Every second block from another sound; `at` is where the piece begins in its own. */
export function cross(
  piece: Int16Array,
  other: Int16Array,
  { at, block }: { readonly at: number; readonly block: number },
): Int16Array<ArrayBuffer> {
  if (other.length === 0) return new Int16Array(piece);
  return Int16Array.from(piece, (sample, index) => {
    const place = at + index;
    return Math.floor(place / block) % 2 === 0 ? sample : (other[place % other.length] ?? 0);
  });
}

/** As `(x * 32768).astype(int16)` does with a sound whose peak was brought to exactly 1.0: the loudest sample wraps around. */
export function wrapPeak(samples: Int16Array): Int16Array<ArrayBuffer> {
  const peak = samples.reduce((most, sample) => Math.max(most, sample), 0);
  if (peak === 0) return new Int16Array(samples);
  // The assignment to 16 bits wraps by itself: 32768 becomes -32768.
  return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.round((sample / peak) * 32_768)));
}

/** A sound that is sent in one piece. */
export function inOne(samples: Int16Array, sampleRateHz: number): Sound {
  return { samples, sampleRateHz, pieceEnds: [samples.length] };
}

function scaled({ samples, sampleRateHz, pieceEnds }: Sound, rateHz: number): Sound {
  const factor = rateHz / sampleRateHz;
  const more = resample(samples, 1 / factor);
  const ends = pieceEnds.map((end) => Math.min(more.length, Math.round(end * factor)));
  return { samples: more, sampleRateHz: rateHz, pieceEnds: [...ends.slice(0, -1), more.length] };
}

/** The pieces stay as long as they were; what is beyond comes with the last. */
function withSamples({ sampleRateHz, pieceEnds }: Sound, samples: Int16Array): Sound {
  const before = pieceEnds.slice(0, -1).filter((end) => end < samples.length);
  return { samples, sampleRateHz, pieceEnds: [...before, samples.length] };
}

function lastAudible(samples: Int16Array): number {
  return samples.findLastIndex((sample) => Math.abs(sample) > 300) + 1;
}
