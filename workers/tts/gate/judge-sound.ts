import { analyseFrames, framesPerSecond } from './analyse-frames.ts';
import { countNuclei } from './count-nuclei.ts';
import { decimate } from './decimate.ts';
import { expectedUnits, repeatedUnits } from './expected-units.ts';
import { findActivity } from './find-activity.ts';
import { findLikeness } from './find-likeness.ts';
import { findLoop } from './find-loop.ts';
import { findNoiseTail } from './find-noise-tail.ts';
import type { GateFigures } from './gate-figures.ts';
import { figuresOfNothing } from './gate-figures.ts';
import type { GateReason, GateRepair } from './gate-reason.ts';
import { judgeSpeech } from './judge-speech.ts';
import { judgeTempo } from './judge-tempo.ts';
import { mendSound } from './mend-sound.ts';
import { scanSamples } from './scan-samples.ts';
import type { Heard, VoiceProfile } from './voice-profile.ts';

/** Samples as the engine gave them; they are never written to. */
export interface JudgedSound {
  samples: Int16Array;
  sampleRateHz: number;
}

export interface ExpectedSpeech {
  /** As it was given to the engine. */
  text: string;
  /** 1: as the engine speaks. */
  speed: number;
  voice: VoiceProfile;
  /** The rate that was agreed on, when one was. */
  expectedRateHz?: number;
  /** The rate of what was heard of the same utterance, when something was. */
  rateOfUtterance?: number;
}

export interface SoundVerdict {
  verdict: 'pass' | 'reject';
  /** Empty when it passes; else the plainest first. */
  reasons: GateReason[];
  /** 1: as always; 0.5: at the bound; 0: damaged. To choose the least bad of several. */
  score: number;
  /** Mended and trimmed, in memory of its own; of a sound that was refused only as far as it was understood. */
  samples: Int16Array<ArrayBuffer>;
  repairs: GateRepair[];
  figures: GateFigures;
  /** What the voice's profile learns from it when it passes, or doubts when only its length was refused. */
  heard: Heard;
}

/** The error mark of GPT-SoVITS: so many zeros, alone at this rate, or in place of what it could not make. */
const sentinel = { samples: 16_000, rateHz: 16_000 };
const rates = { least: 7_000, most: 200_000 };
const shortestS = 0.02;
/** Longer than any sentence of ours; what is longer is not looked at, so that no sound costs more than a known time. */
const longestS = 60;
const longestPerSyllableS = 0.8;
const alwaysS = 6;
/** Of full scale; less, when it is much beside the speech. Real voices were seen to have 0.005, at half of full scale. */
const dc = { most: 0.015, beside: 0.01, ofSpeech: 0.15 };
/** Of all samples. Less than this is heard by few; 12 dB too much make it 2 % and more. */
const mostClipped = 0.012;
/** A peak that wraps is mended; a sound that does so all the time is damaged. */
const mostWrapsPerSecond = 6;
const leastWraps = 6;

/** Whether a sound may be heard as that text. Pure and total: any samples at any rate get a verdict, and nothing is thrown. */
export function judgeSound({ samples, sampleRateHz }: JudgedSound, expected: ExpectedSpeech): SoundVerdict {
  const units = expectedUnits(expected.text);
  const speed = expected.speed > 0 ? expected.speed : 1;
  const nothing: Heard = { ...units, speechS: 0, nuclei: 0, pitchHz: 0 };
  const isRate = sampleRateHz >= rates.least && sampleRateHz <= rates.most;
  const durationS = isRate ? samples.length / sampleRateHz : 0;
  const scan = scanSamples(samples);
  const plain: GateFigures = {
    ...figuresOfNothing,
    durationMs: Math.round(durationS * 1_000),
    peak: scan.peak,
    syllables: units.syllables,
    clippedShare: scan.clippedShare,
  };
  const refuse = (...reasons: GateReason[]): SoundVerdict => {
    return {
      verdict: 'reject',
      reasons,
      score: 0,
      samples: samples.slice(),
      repairs: [],
      figures: plain,
      heard: nothing,
    };
  };

  if (samples.length === 0) return refuse('no-sound');
  const isAllZero = scan.trailingZeros === samples.length;
  if (isAllZero && samples.length === sentinel.samples && sampleRateHz === sentinel.rateHz)
    return refuse('sentinel');
  if (!isRate || !agrees(sampleRateHz, expected)) return refuse('wrong-rate');
  if (isAllZero) return refuse('nan-silence');
  if (scan.trailingZeros >= sentinel.samples) return refuse('sentinel');
  const end = samples.length - scan.trailingZeros;
  if (end < shortestS * sampleRateHz) return refuse('no-sound');
  if (end > Math.min(longestS, (units.syllables * longestPerSyllableS) / speed + alwaysS) * sampleRateHz)
    return refuse('too-long');

  const reasons: GateReason[] = [];
  const mean = (scan.mean * samples.length) / end;
  const isBeside = Math.abs(mean) > dc.beside && Math.abs(mean) > dc.ofSpeech * scan.rms;
  if (Math.abs(mean) > dc.most || isBeside) reasons.push('dc');
  const mostWraps = Math.max(leastWraps, mostWrapsPerSecond * durationS);
  const isWrapped = scan.wraps.length / 2 > mostWraps;
  if (isWrapped || (scan.clippedShare * samples.length) / end > mostClipped) reasons.push('clipped');

  const whole = decimate(samples.subarray(0, end), sampleRateHz);
  subtract(whole.samples, mean);
  const tail = findNoiseTail(whole);
  const low = { samples: whole.samples.subarray(0, tail), rateHz: whole.rateHz };
  const cut = tail < whole.samples.length ? Math.floor((tail * sampleRateHz) / low.rateHz) : end;
  const frames = analyseFrames(low);
  const activity = findActivity(frames);
  const loop = findLoop(frames, activity);
  const likeness = findLikeness(frames, activity);
  const heard: Heard = {
    ...units,
    speechS: activity.speechS * speed,
    nuclei: countNuclei(frames, activity),
    pitchHz: likeness.pitchHz,
  };
  const repeated = repeatedUnits(expected.text);
  const speech = judgeSpeech({
    activity,
    loop,
    likeness,
    speed,
    syllables: units.syllables,
    repeated,
    perSyllableS: expected.voice.tempo.perSyllableS,
  });
  reasons.push(...speech.reasons);
  const tempo = judgeTempo({ ...heard, latin: heard.latin + digits(expected.text) }, expected.voice);
  if (!reasons.includes('silent') && !reasons.includes('noise')) reasons.push(...tempo.reasons);

  const mended = mendSound(samples, {
    sampleRateHz,
    wraps: isWrapped ? [] : scan.wraps,
    begin: (activity.first * sampleRateHz) / framesPerSecond,
    end: (activity.end * sampleRateHz) / framesPerSecond,
    cut,
  });
  const repairs: GateRepair[] = [...mended.repairs];
  if (scan.trailingZeros > 0) repairs.push('zero-tail');
  if (cut < end) repairs.push('noise-tail');
  const worst = Math.max(tempo.worst, speech.worst);
  return {
    verdict: reasons.length === 0 ? 'pass' : 'reject',
    reasons: [...new Set(reasons)],
    score: reasons.includes('dc') || reasons.includes('clipped') ? 0 : 1 / (1 + worst * worst),
    samples: mended.samples,
    repairs,
    figures: {
      ...plain,
      ...tempo.figures,
      activeRatio: activity.activeFrames / Math.max(1, activity.end - activity.first),
      speechMs: Math.round(activity.speechS * 1_000),
      longestPauseMs: Math.round(activity.longestPauseS * 1_000),
      loudDb: activity.loudDb,
      nuclei: heard.nuclei,
      pitchHz: likeness.pitchHz,
      flatness: likeness.flatness,
      voicedShare: likeness.voicedShare,
      movementDb: likeness.movementDb,
      ...loop,
    },
    heard,
  };
}

function agrees(sampleRateHz: number, { expectedRateHz, rateOfUtterance }: ExpectedSpeech): boolean {
  return [expectedRateHz, rateOfUtterance].every((rate) => rate === undefined || rate === sampleRateHz);
}

function subtract(samples: Float32Array, value: number): void {
  for (let at = 0; at < samples.length; at++) samples[at] = (samples[at] ?? 0) - value;
}

/** How many words a number is, is not certain before it is written out. */
function digits(text: string): number {
  return text.match(/\p{N}/gu)?.length ?? 0;
}
