import type { WaveformFigures } from './engine.ts';

/** Below −45 dBFS nobody hears anything in a live room. */
const silenceBelow = 184;
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
  const first = samples.findIndex(isHeard);
  if (first === -1) return samples.subarray(0, 0);
  const last = samples.findLastIndex(isHeard);
  const lead = Math.floor((leadMs * sampleRateHz) / 1_000);
  const tail = Math.floor((tailMs * sampleRateHz) / 1_000);
  return samples.subarray(Math.max(0, first - lead), Math.min(samples.length, last + 1 + tail));
}

/** What the verdict needs to know. */
export function measureWaveform(samples: Int16Array, sampleRateHz: number): WaveformFigures {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return { durationMs: Math.round((samples.length * 1_000) / sampleRateHz), peak: peak / fullScale };
}

const isHeard = (sample: number): boolean => sample >= silenceBelow || sample <= -silenceBelow;
