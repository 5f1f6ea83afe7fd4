import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';

const fullScale = 32_767;

export interface ToneOptions {
  seconds: number;
  rateHz: number;
  hz: number;
  /** 0 to 1. */
  amplitude?: number;
}

/** A sine. */
export function tone({ seconds, rateHz, hz, amplitude = 0.3 }: ToneOptions): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: Math.round(seconds * rateHz) }, (_, at) =>
    Math.round(amplitude * fullScale * Math.sin((2 * Math.PI * hz * at) / rateHz)),
  );
}

/** Evenly distributed noise. */
export function hiss({
  seconds,
  rateHz,
  amplitude = 0.3,
  seed = 1,
}: Omit<ToneOptions, 'hz'> & { seed?: number }) {
  const random = new SeededRandom(seed);
  return Int16Array.from({ length: Math.round(seconds * rateHz) }, () =>
    Math.round(amplitude * fullScale * (2 * random.next() - 1)),
  );
}

export interface BabbleOptions {
  syllables: number;
  rateHz: number;
  /** Of each. */
  syllableS?: number;
  pitchHz?: number;
  seed?: number;
}

const formants: readonly [number, number][] = [
  [300, 2_300],
  [500, 1_800],
  [750, 1_200],
  [450, 900],
  [350, 700],
  [600, 1_500],
];

/** Like speech as far as the gate looks: voiced syllables of different colours, each with an onset and an end. */
export function babble({ syllables, rateHz, syllableS = 0.2, pitchHz = 180, seed = 1 }: BabbleOptions) {
  const random = new SeededRandom(seed);
  const per = Math.round(syllableS * rateHz);
  const result = new Int16Array(per * syllables);
  for (let syllable = 0; syllable < syllables; syllable++) {
    const [first, second] = formants[random.whole(0, formants.length - 1)] ?? [500, 1_500];
    const pitch = pitchHz * (0.9 + 0.2 * random.next());
    for (let at = 0; at < per; at++) {
      const seconds = at / rateHz;
      let sum = 0;
      for (let harmonic = 1; harmonic * pitch < Math.min(3_600, rateHz / 2); harmonic++) {
        const hz = harmonic * pitch;
        const gain = 1 / (1 + ((hz - first) / 120) ** 2) + 0.6 / (1 + ((hz - second) / 180) ** 2) + 0.01;
        sum += gain * Math.sin(2 * Math.PI * hz * seconds);
      }
      const envelope = Math.sin(Math.PI * Math.min(1, at / per)) ** 0.7;
      result[syllable * per + at] = Math.round(fullScale * 0.12 * envelope * sum);
    }
  }
  return result;
}

/** One after the other. */
export function concat(...pieces: Int16Array[]): Int16Array<ArrayBuffer> {
  return Int16Array.from(pieces.flatMap((piece) => Array.from(piece)));
}
