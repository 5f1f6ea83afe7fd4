import type { WaveformFigures } from './engine.ts';

/** Below −45 dBFS nobody hears anything in a live room. */
const silenceBelow = 184;
/** What a soft engine says softly is heard once it is as loud as all others: 40 dB below its peak nothing is. */
const silenceBelowPeak = 0.01;
const fullScale = 32_768;

export interface TrimOptions {
  sampleRateHz: number;
  /** The most silence that may stay in front: enough for a soft consonant. */
  leadMs: number;
  /** The most that may stay behind: enough for the last vowel to fade. */
  tailMs: number;
}

/** The samples without the silence around them. A view of the same memory; empty when all of it is silence. */
export function trimSilence(samples: Int16Array, { sampleRateHz, leadMs, tailMs }: TrimOptions): Int16Array {
  const peak = highest(samples);
  if (peak < silenceBelow) return samples.subarray(0, 0);
  const threshold = Math.min(silenceBelow, peak * silenceBelowPeak);
  const isHeard = (sample: number) => sample >= threshold || sample <= -threshold;
  const first = samples.findIndex(isHeard);
  const last = samples.findLastIndex(isHeard);
  const lead = Math.floor((leadMs * sampleRateHz) / 1_000);
  const tail = Math.floor((tailMs * sampleRateHz) / 1_000);
  return samples.subarray(Math.max(0, first - lead), Math.min(samples.length, last + 1 + tail));
}

/** What the verdict needs to know. */
export function measureWaveform(samples: Int16Array, sampleRateHz: number): WaveformFigures {
  const durationMs = Math.round((samples.length * 1_000) / sampleRateHz);
  return { durationMs, peak: highest(samples) / fullScale };
}

function highest(samples: Int16Array): number {
  let result = 0;
  for (let at = 0; at < samples.length; at++) result = Math.max(result, Math.abs(samples[at] ?? 0));
  return result;
}
