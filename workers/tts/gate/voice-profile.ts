import { centredSpread, median } from './robust.ts';
import { fitTempo } from './fit-tempo.ts';

/** So many of the last sounds are remembered: the median withstands what slipped through, and follows a voice that changes. */
const mostHeard = 48;
/** After so many sounds that all deviate alike from what the voice was, it is another voice. */
const doubtsToForget = 6;
const distinctLengths = 3;
/** Of the logarithm of their durations against what was expected. */
const agreeing = 0.1;

/** What is learned from one sound. Times are as at speed 1. */
export interface Heard {
  syllables: number;
  /** Syllables whose number is only estimated: see `SpokenUnits`. */
  latin: number;
  /** Without pauses. */
  speechS: number;
  nuclei: number;
  /** 0: not enough of it was voiced. */
  pitchHz: number;
}

/** Seconds of speech as `perSyllable · n + extra`, and how far sounds are from that. */
export interface Tempo {
  perSyllableS: number;
  extraS: number;
  /** Of the logarithm, for one syllable; with more of them it is less. */
  spread: number;
}

/** How a voice speaks, as far as it is known: plain data, to be kept as JSON. */
export interface VoiceProfile {
  readonly heard: readonly Heard[];
  /** What was refused in a row for its length alone, newest last. */
  readonly doubts: readonly Heard[];
  readonly tempo: Tempo;
  /** Vowels that are counted per syllable of the text, and how far that is off, for one syllable. */
  readonly nuclei: { readonly perSyllable: number; readonly spread: number };
  /** Natural logarithm of the middle of the voice, and how much sentences differ; `count`: on how many it rests. */
  readonly pitch: { readonly logHz: number; readonly spread: number; readonly count: number };
  /** Share of the syllables that were only estimated. */
  readonly latinShare: number;
}

const usualSpread = 0.5;
const leastSpread = 0.16;
const usualNuclei = 0.9;
const usualNucleiSpread = 0.7;
const leastNucleiSpread = 0.3;
const usualPitchSpread = 0.1;
const leastPitchSpread = 0.035;
/** What is presumed counts as much as so many sounds. */
const presumed = 3;

/** Of a voice that was never heard: 0.17 s per syllable is what GPT-SoVITS takes. */
export const unknownVoice: VoiceProfile = {
  heard: [],
  doubts: [],
  tempo: { perSyllableS: 0.17, extraS: 0, spread: usualSpread },
  nuclei: { perSyllable: usualNuclei, spread: usualNucleiSpread },
  pitch: { logHz: 0, spread: usualPitchSpread, count: 0 },
  latinShare: 0,
};

/** The profile after a sound that passed. */
export function learn(profile: VoiceProfile, heard: Heard): VoiceProfile {
  if (heard.syllables < 1 || !(heard.speechS > 0)) return profile;
  return describe([...profile.heard.slice(1 - mostHeard), heard]);
}

/**
 * The profile after a sound that was refused for its length alone. It teaches nothing; but when one after the other deviates alike, however
 * long the text, another voice answers to this name, and what was known is forgotten: else nothing would ever pass again.
 */
export function doubt(profile: VoiceProfile, heard: Heard): VoiceProfile {
  if (heard.syllables < 1 || !(heard.speechS > 0)) return profile;
  const doubts = [...profile.doubts.slice(1 - doubtsToForget), heard];
  const deviations = doubts.map((each) =>
    Math.log(each.speechS / expectedSeconds(profile.tempo, each.syllables)),
  );
  const isAnother =
    doubts.length === doubtsToForget &&
    new Set(doubts.map(({ syllables }) => syllables)).size >= distinctLengths &&
    Math.max(...deviations) - Math.min(...deviations) < 2 * agreeing;
  return isAnother ? unknownVoice : { ...profile, doubts };
}

/** How long so many syllables take, at speed 1 and without pauses. */
export function expectedSeconds({ perSyllableS, extraS }: Omit<Tempo, 'spread'>, syllables: number): number {
  return Math.max(perSyllableS * syllables + extraS, (perSyllableS * syllables) / 2);
}

/** By how much the spread of one syllable shrinks with their number; it never vanishes. */
export function spreadOf(syllables: number): number {
  return Math.sqrt(1 / (syllables + 1) + 0.012);
}

function describe(heard: readonly Heard[]): VoiceProfile {
  const fitted = fitTempo(heard);
  const weight = heard.length / (heard.length + presumed);
  const mix = (measured: number, usual: number) => measured * weight + usual * (1 - weight);
  const deviations = heard.map(
    ({ syllables, speechS }) => Math.log(speechS / expectedSeconds(fitted, syllables)) / spreadOf(syllables),
  );
  const perSyllable = Math.min(
    1.5,
    Math.max(0.4, median(heard.map(({ nuclei, syllables }) => nuclei / syllables))),
  );
  const missing = heard.map(
    ({ nuclei, syllables }) => (nuclei - perSyllable * syllables) / Math.sqrt(syllables + 1),
  );
  const pitches = heard.filter(({ pitchHz }) => pitchHz > 0).map(({ pitchHz }) => Math.log(pitchHz));
  const logHz = median(pitches);
  return {
    heard,
    doubts: [],
    tempo: {
      ...fitted,
      spread: mix(Math.max(leastSpread, centredSpread(deviations, 0)), usualSpread),
    },
    nuclei: {
      perSyllable: mix(perSyllable, usualNuclei),
      spread: mix(Math.max(leastNucleiSpread, centredSpread(missing, 0)), usualNucleiSpread),
    },
    pitch: {
      logHz,
      spread: mix(Math.max(leastPitchSpread, centredSpread(pitches, logHz)), usualPitchSpread),
      count: pitches.length,
    },
    latinShare:
      sum(heard.map(({ latin }) => latin)) / Math.max(1, sum(heard.map(({ syllables }) => syllables))),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
