import type { AudioConfig } from '../../../protocol/config.ts';
import { chooseGainDb, shortMs } from './choose-gain.ts';
import { findPeaks } from './find-peaks.ts';
import { limitPeaks } from './limit-peaks.ts';
import { measureLoudness } from './measure-loudness.ts';

/** How loud the voice is to be, and its highest true peak. */
export type Loudness = AudioConfig['loudness'];

export interface LevelOptions {
  sampleRateHz: number;
  /** Who speaks: what is known of its loudness is kept by this name. */
  voice: string;
  loudness: Loudness;
}

/** What a peak may still grow by on its way: what the limiter leaves of it, another sample rate, and rounding. */
const marginDb = 0.3;
const fullScale = 32_768;
/** Between two samples that are both lower than this, of the ceiling, nothing of a voice reaches it. */
const nearCeiling = 0.6;
/** Limiting makes softer; so often at the most it is made up for, and by so much altogether. */
const attempts = 4;
const mostMadeUpDb = 9;
const closeEnoughLu = 0.2;
/** How much of what is known of a voice each sentence changes. */
const weight = 0.3;
const maxVoices = 100;

/** Makes all that is said equally loud, whatever the engine's own level, and remembers how loud each voice usually is. */
export class Leveller {
  readonly #usual = new Map<string, number>();

  /** The same sound at the wanted loudness; silence stays as it is. Peaks that are too high for it are taken down. */
  level(samples: Int16Array, { sampleRateHz, voice, loudness }: LevelOptions): Int16Array<ArrayBuffer> {
    const { targetLufs, peakDbtp } = loudness;
    const original = toFloat(samples);
    const lufs = measureLoudness(original, sampleRateHz);
    const durationMs = (samples.length * 1_000) / sampleRateHz;
    const usualLufs = this.#usual.get(voice);
    const gainDb = chooseGainDb({ lufs, targetLufs, durationMs, usualLufs });
    if (durationMs >= shortMs && Number.isFinite(lufs)) this.#learn(voice, lufs);
    const ceiling = toFactor(peakDbtp - marginDb);
    return toInt16(amplify(original, { sampleRateHz, ceiling, gainDb, wantedLufs: lufs + gainDb }));
  }

  #learn(voice: string, lufs: number): void {
    const before = this.#usual.get(voice);
    this.#usual.delete(voice);
    this.#usual.set(voice, before === undefined ? lufs : before + (lufs - before) * weight);
    const [oldest] = this.#usual.keys();
    if (oldest !== undefined && this.#usual.size > maxVoices) this.#usual.delete(oldest);
  }
}

interface Amplification {
  sampleRateHz: number;
  ceiling: number;
  gainDb: number;
  wantedLufs: number;
}

function amplify(original: Float32Array, { sampleRateHz, ceiling, gainDb, wantedLufs }: Amplification) {
  const peaks = findPeaks(original, (ceiling * nearCeiling) / toFactor(gainDb));
  let madeUpDb = 0;
  for (let attempt = 1; ; attempt++) {
    const factor = toFactor(gainDb + madeUpDb);
    const { samples, isLimited } = limitPeaks(original, { sampleRateHz, factor, peaks, ceiling });
    if (!isLimited || attempt === attempts) return samples;
    const missingLu = wantedLufs - measureLoudness(samples, sampleRateHz);
    if (!(missingLu > closeEnoughLu) || madeUpDb >= mostMadeUpDb) return samples;
    // A part of what is added is taken away again.
    madeUpDb = Math.min(mostMadeUpDb, madeUpDb + missingLu * 1.3);
  }
}

// Loops: the iterators of typed arrays take longer than all the rest.
function toFloat(samples: Int16Array): Float32Array {
  const result = new Float32Array(samples.length);
  for (let at = 0; at < result.length; at++) result[at] = (samples[at] ?? 0) / fullScale;
  return result;
}

function toInt16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const result = new Int16Array(samples.length);
  for (let at = 0; at < result.length; at++) {
    const value = Math.round((samples[at] ?? 0) * fullScale);
    result[at] = Math.max(-fullScale, Math.min(fullScale - 1, value));
  }
  return result;
}

const toFactor = (db: number): number => 10 ** (db / 20);
