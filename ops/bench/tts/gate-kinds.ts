import type { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import * as damage from './damage.ts';
import type { Spoken } from './embedded-voice.ts';
import { join } from './embedded-voice.ts';

/** What a kind of sound is made from. */
export interface Source {
  /** What was to be said, and how it sounds. */
  text: string;
  spoken: Spoken;
  /** Another sentence. */
  other: Spoken;
  /** The embedded voice, with a text of the kind's own. */
  say: (text: string) => Spoken;
  random: SeededRandom;
}

export interface Kind {
  /** Kinds of one group have one goal. */
  group: 'clean' | 'fingerprint' | 'blank' | 'truncated' | 'looped' | 'noise' | 'damaged' | 'mended' | 'told';
  make: (source: Source) => Spoken;
  /** Texts with fewer syllables say nothing about it. */
  fewest?: number;
}

const between = (random: SeededRandom, low: number, high: number) => low + random.next() * (high - low);
const changed = (spoken: Spoken, samples: Int16Array<ArrayBuffer>): Spoken => ({ ...spoken, samples });
const secondsOf = ({ samples, sampleRateHz }: Spoken) => samples.length / sampleRateHz;

function cut({ spoken, random }: Source, low: number, high: number): Spoken {
  const sound = damage.bare(spoken.samples);
  return changed(spoken, sound.slice(0, Math.round(sound.length * between(random, low, high))));
}

/** Only a part of the text is said, in whole words. */
function swallow({ text, say, random }: Source, where: 'begin' | 'end' | 'middle'): Spoken {
  const characters = Array.from(text.replace(/[。！？]$/u, ''));
  const kept = Math.max(1, Math.floor(characters.length * between(random, 0.2, 0.75)));
  const gone = characters.length - kept;
  if (where === 'end') return say(characters.slice(0, kept).join(''));
  if (where === 'begin') return say(characters.slice(gone).join(''));
  const half = kept >> 1;
  return say(characters.slice(0, half).join('') + characters.slice(gone + half).join(''));
}

function blank({ spoken, random }: Source, lengthS: number, isInserted: boolean): Spoken {
  const { samples, sampleRateHz } = spoken;
  const from = Math.round(samples.length * between(random, 0.25, 0.6));
  const hole = damage.zeros(lengthS, sampleRateHz);
  return changed(
    spoken,
    join(samples.subarray(0, from), hole, samples.subarray(isInserted ? from : from + hole.length)),
  );
}

function loop({ spoken, random }: Source, pieces: [number, number], forS: [number, number]): Spoken {
  const pieceS = Math.min(between(random, ...pieces), secondsOf(spoken) * 0.6);
  const fromS = between(random, 0.05, Math.max(0.06, secondsOf(spoken) - pieceS - 0.05));
  return changed(spoken, damage.looped(spoken, { fromS, pieceS, forS: between(random, ...forS) }));
}

const labelled =
  (rateHz: number) =>
  ({ spoken }: Source): Spoken => ({ ...spoken, sampleRateHz: rateHz });
const resampled =
  (rateHz: number) =>
  ({ spoken }: Source): Spoken =>
    damage.atRate(spoken, rateHz);
const whole = (count: number, sampleRateHz: number): Spoken => ({
  samples: new Int16Array(count),
  sampleRateHz,
});

/** Everything that a sound may be, by name. */
export const kinds: Record<string, Kind> = {
  'as the engine gave it': { group: 'clean', make: ({ spoken }) => spoken },
  'at 16 kHz': { group: 'clean', make: resampled(16_000) },
  'at 24 kHz': { group: 'clean', make: resampled(24_000) },
  'at 32 kHz': { group: 'clean', make: resampled(32_000) },
  'at 48 kHz': { group: 'clean', make: resampled(48_000) },
  'other level': {
    group: 'clean',
    make: ({ spoken, random }) =>
      changed(spoken, damage.louderUnclipped(spoken.samples, between(random, -20, 6))),
  },
  'with hiss': {
    group: 'clean',
    make: ({ spoken, random }) => {
      const hiss = damage.noise(random, { count: spoken.samples.length, levelDb: -50 });
      return changed(spoken, damage.mixed(spoken.samples, hiss));
    },
  },
  '300 ms zeros behind': {
    group: 'clean',
    make: ({ spoken }) => changed(spoken, join(spoken.samples, damage.zeros(0.3, spoken.sampleRateHz))),
  },
  'silence around': {
    group: 'clean',
    make: ({ spoken, random }) => {
      const silence = () => damage.zeros(between(random, 0.1, 0.6), spoken.sampleRateHz);
      return changed(spoken, join(silence(), spoken.samples, silence()));
    },
  },
  'pause up to 0.8 s': {
    group: 'clean',
    fewest: 8,
    make: (source) => blank(source, between(source.random, 0.3, 0.7), true),
  },

  '1 s zeros at 16 kHz': { group: 'fingerprint', make: () => whole(16_000, 16_000) },
  'no sample': { group: 'fingerprint', make: ({ spoken }) => whole(0, spoken.sampleRateHz) },
  'partial + 16,000 zeros': {
    group: 'fingerprint',
    make: (source) => {
      const { samples, sampleRateHz } = cut(source, 0.2, 0.95);
      return { samples: join(samples, new Int16Array(16_000)), sampleRateHz };
    },
  },
  'partial + 32,000 zeros': {
    group: 'fingerprint',
    make: (source) => {
      const { samples, sampleRateHz } = cut(source, 0.2, 0.95);
      return { samples: join(samples, new Int16Array(32_000)), sampleRateHz };
    },
  },
  'zeros from NaN at 48 kHz': {
    group: 'fingerprint',
    make: ({ random }) => whole(random.whole(24_000, 240_000), 48_000),
  },
  'zeros from NaN within': {
    group: 'truncated',
    fewest: 4,
    make: (source) => {
      const { spoken, random } = source;
      const from = Math.round(spoken.samples.length * between(random, 0.1, 0.7));
      return changed(spoken, mapFrom(spoken.samples, from));
    },
  },

  'all zero': { group: 'blank', make: ({ spoken }) => whole(spoken.samples.length, spoken.sampleRateHz) },
  'noise of −60 dBFS': {
    group: 'blank',
    make: ({ spoken, random }) =>
      changed(spoken, damage.noise(random, { count: spoken.samples.length, levelDb: -60 })),
  },
  'hole of 1.1–3 s': {
    group: 'blank',
    make: (source) => blank(source, between(source.random, 1.1, 3), true),
  },
  'hole in place of words': {
    group: 'blank',
    fewest: 12,
    make: (source) => blank(source, secondsOf(source.spoken) * 0.38, false),
  },

  'cut off at 20–75 %': { group: 'truncated', fewest: 4, make: (source) => cut(source, 0.2, 0.75) },
  'end swallowed': { group: 'truncated', fewest: 4, make: (source) => swallow(source, 'end') },
  'beginning swallowed': { group: 'truncated', fewest: 4, make: (source) => swallow(source, 'begin') },
  'middle swallowed': { group: 'truncated', fewest: 8, make: (source) => swallow(source, 'middle') },
  'cut off at 75–90 %': { group: 'told', fewest: 4, make: (source) => cut(source, 0.75, 0.9) },

  'syllable over and over': { group: 'looped', make: (source) => loop(source, [0.12, 0.35], [1.2, 6]) },
  'words over and over': { group: 'looped', make: (source) => loop(source, [0.35, 1.5], [2, 8]) },
  'loop in place of the rest': {
    group: 'looped',
    fewest: 8,
    make: ({ spoken, random }) => {
      const { samples, sampleRateHz } = spoken;
      const half = samples.subarray(0, samples.length >> 1);
      const piece = half.subarray(half.length - Math.round(between(random, 0.12, 0.4) * sampleRateHz));
      const times = Math.ceil(half.length / piece.length);
      return changed(spoken, join(half, ...Array.from({ length: times }, () => piece)));
    },
  },
  'all of it twice': {
    group: 'looped',
    make: ({ spoken, random }) =>
      changed(
        spoken,
        join(spoken.samples, damage.zeros(between(random, 0, 0.3), spoken.sampleRateHz), spoken.samples),
      ),
  },
  'last syllable held': {
    group: 'looped',
    make: ({ spoken, random }) => {
      const sound = damage.bare(spoken.samples);
      const last = sound.subarray(Math.max(0, sound.length - Math.round(0.15 * spoken.sampleRateHz)));
      const times = random.whole(5, 20);
      return changed(spoken, join(sound, ...Array.from({ length: times }, () => last)));
    },
  },
  'vowel held': {
    group: 'looped',
    make: ({ spoken, random }) => {
      const sound = damage.bare(spoken.samples);
      const peak = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      const end = sound.findLastIndex((sample) => Math.abs(sample) > peak * 0.4) + 1;
      const period = sound.subarray(Math.max(0, end - Math.round(0.022 * spoken.sampleRateHz)), end);
      const times = Math.ceil(between(random, 0.8, 3) / 0.022);
      return changed(spoken, join(sound.subarray(0, end), ...Array.from({ length: times }, () => period)));
    },
  },

  'white noise': {
    group: 'noise',
    make: ({ spoken, random }) =>
      changed(
        spoken,
        damage.noise(random, { count: spoken.samples.length, levelDb: between(random, -35, -10) }),
      ),
  },
  'bytes swapped': {
    group: 'noise',
    make: ({ spoken }) => changed(spoken, damage.swapBytes(spoken.samples)),
  },
  tone: {
    group: 'noise',
    fewest: 3,
    make: ({ spoken, random }) => {
      const [hz, phase] = [between(random, 100, 2_000), (2 * Math.PI) / spoken.sampleRateHz];
      return changed(
        spoken,
        damage.mapSamples(spoken.samples, (_, at) => 8_000 * Math.sin(phase * hz * at)),
      );
    },
  },

  'another sentence before': {
    group: 'told',
    make: ({ spoken, other }) => changed(spoken, join(other.samples, spoken.samples)),
  },
  'another sentence instead': { group: 'told', make: ({ other }) => other },
  'clipped by 12–30 dB': {
    group: 'damaged',
    make: ({ spoken, random }) => changed(spoken, damage.louder(spoken.samples, between(random, 12, 30))),
  },
  'clipped by 6 dB': {
    group: 'told',
    make: ({ spoken }) => changed(spoken, damage.louder(spoken.samples, 6)),
  },
  'wrapped by 3–12 dB': {
    group: 'damaged',
    make: ({ spoken, random }) => {
      const loudest = damage.louderUnclipped(spoken.samples, 40);
      return changed(spoken, damage.wrapped(loudest, between(random, 1.4, 4)));
    },
  },
  'DC of 0.02–0.2': {
    group: 'damaged',
    make: ({ spoken, random }) => {
      const offset = between(random, 0.02, 0.2) * 32_768 * (random.chance(0.5) ? 1 : -1);
      return changed(
        spoken,
        damage.mapSamples(spoken.samples, (sample) => sample * 0.7 + offset),
      );
    },
  },
  'labelled 16 kHz': { group: 'told', make: labelled(16_000) },
  'labelled 24 kHz': { group: 'told', make: labelled(24_000) },
  'labelled 32 kHz': { group: 'told', make: labelled(32_000) },
  'labelled 48 kHz': { group: 'told', make: labelled(48_000) },

  'peak wrapped': {
    group: 'mended',
    make: ({ spoken }) => {
      const loudest = damage.louderUnclipped(spoken.samples, 40);
      return changed(spoken, damage.wrapped(loudest, 1.0001));
    },
  },
  'noise of 40 ms behind': {
    group: 'mended',
    make: ({ spoken, random }) => {
      const burst = damage.noise(random, {
        count: Math.round(spoken.sampleRateHz * 0.04),
        levelDb: between(random, -30, -12),
      });
      return changed(spoken, join(damage.bare(spoken.samples) as Int16Array<ArrayBuffer>, burst));
    },
  },
};

function mapFrom(samples: Int16Array, from: number): Int16Array<ArrayBuffer> {
  const result = samples.slice();
  return result.fill(0, from);
}
