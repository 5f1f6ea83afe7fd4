import { fastestPerSyllableS, slowestPerSyllableS } from './fit-tempo.ts';
import type { GateReason } from './gate-reason.ts';
import type { Heard, VoiceProfile } from './voice-profile.ts';
import { expectedSeconds, spreadOf } from './voice-profile.ts';

/** Whatever the voice: nobody speaks faster for a sentence, nor slower. */
const fastestShare = 0.8;
const slowestShare = 1.125;
const alwaysS = 1.5;
/** With fewer sounds only what is true of all voices counts. */
const fewestHeard = 4;
const fewestPitched = 6;
/** Deviations, in what is usual for the voice. */
const durationBounds = [-2.9, 3.6] as const;
const nucleiBounds = [-3.7, 4.5] as const;
/** Both a little, in the same direction: they are two looks at one thing, but their errors differ. */
const togetherBounds = [-2.6, 3.2] as const;
const leastOfEach = 0.8;
/** Pitch and tempo, in opposite directions. */
const rateBound = 3.4;
const leastOfRate = 1.2;
/** A wrong label changes both by the same factor. */
const rateAgreement = 0.15;
/** A share of what was guessed may be wrong. */
const latinError = 0.3;

/** An interjection may be short or drawn out by so much. */
const singleS = 0.04;

/** How a sound differs from what the voice makes of such a text, in deviations that are usual for it. */
export interface TempoFigures {
  expectedS: number;
  duration: number;
  nucleiOff: number;
  pitch: number;
}

export interface TempoVerdict {
  reasons: GateReason[];
  figures: TempoFigures;
  /** The farthest of the deviations, 1 at its bound. */
  worst: number;
}

export function judgeTempo(heard: Heard, voice: VoiceProfile): TempoVerdict {
  const { syllables, speechS } = heard;
  const expectedS = expectedSeconds(voice.tempo, syllables);
  if (syllables < 1)
    return { reasons: [], figures: { expectedS: 0, duration: 0, nucleiOff: 0, pitch: 0 }, worst: 0 };
  const figures = { expectedS, ...deviations(heard, voice) };
  const limits = {
    least: syllables * fastestPerSyllableS * fastestShare * (syllables < 2 ? 0.6 : 1),
    most: syllables * slowestPerSyllableS * slowestShare + alwaysS,
  };
  const isKnown = voice.heard.length >= fewestHeard;
  const nuclei = figures.nucleiOff;
  const { duration, pitch } = isKnown ? figures : { duration: 0, pitch: 0 };
  const together = (duration + nuclei) / Math.SQRT2;
  const areBoth =
    Math.sign(duration) === Math.sign(nuclei) && Math.min(Math.abs(duration), Math.abs(nuclei)) > leastOfEach;
  const rate = (pitch - duration) / Math.SQRT2;
  const isRate =
    Math.sign(pitch) !== Math.sign(duration) &&
    Math.min(Math.abs(duration), Math.abs(pitch)) > leastOfRate &&
    Math.abs(Math.log(speechS / expectedS) + Math.log(heard.pitchHz) - voice.pitch.logHz) < rateAgreement;

  const reasons: GateReason[] = [];
  if (isRate && Math.abs(rate) > rateBound) reasons.push('wrong-rate');
  const [low, high] = areBoth ? togetherBounds : [-Infinity, Infinity];
  if (speechS < limits.least || duration < durationBounds[0] || together < low) reasons.push('too-short');
  if (speechS > limits.most || duration > durationBounds[1] || together > high) reasons.push('too-long');
  if (nuclei < nucleiBounds[0] || (together < low && nuclei < 1.5 * -leastOfEach)) reasons.push('swallowed');
  if (nuclei > nucleiBounds[1] || (together > high && reasons.includes('too-long'))) reasons.push('prefixed');
  const worst = Math.max(
    share(duration, durationBounds),
    share(nuclei, nucleiBounds),
    areBoth ? share(together, togetherBounds) : 0,
    isRate ? Math.abs(rate) / rateBound : 0,
    limits.least / Math.max(speechS, 0.01) - 0.2,
    speechS / limits.most,
  );
  return { reasons, figures, worst };
}

function deviations(
  { syllables, latin, speechS, nuclei, pitchHz }: Heard,
  { heard, tempo, nuclei: usual, pitch, latinShare }: VoiceProfile,
): Omit<TempoFigures, 'expectedS'> {
  // A voice that always speaks such words is known by its own spread.
  const guessed = (latinError * Math.sqrt(latin) * (1 - latinShare)) / (syllables + 1);
  // With little heard, the middle is uncertain too.
  const young = 1 + 2.5 / Math.max(1, heard.length);
  const single = singleS / expectedSeconds(tempo, syllables);
  const durationSpread = Math.hypot(tempo.spread * spreadOf(syllables), guessed, single) * young;
  const nucleiSpread = Math.hypot(usual.spread * Math.sqrt(syllables + 1), guessed * syllables) * young;
  const hasPitch = pitchHz > 0 && pitch.count >= fewestPitched;
  return {
    duration: Math.log(Math.max(speechS, 0.001) / expectedSeconds(tempo, syllables)) / durationSpread,
    nucleiOff: (nuclei - usual.perSyllable * syllables) / nucleiSpread,
    pitch: hasPitch ? (Math.log(pitchHz) - pitch.logHz) / (pitch.spread * young) : 0,
  };
}

function share(value: number, [least, most]: readonly [number, number]): number {
  return value < 0 ? value / least : value / most;
}
