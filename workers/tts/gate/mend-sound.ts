import type { GateRepair } from './gate-reason.ts';

const fullScale = 32_767;
/** Room for a soft consonant, and for the last vowel to fade. */
const leadS = 0.06;
const tailS = 0.15;
/** Enough that an edge does not click. */
const fadeInS = 0.003;
const fadeOutS = 0.01;
/** Softer edges do not click. */
const edge = 40;

export interface Mending {
  sampleRateHz: number;
  /** First and last index of each run that wrapped, in pairs. */
  wraps: readonly number[];
  /** Where sound begins and ends, in samples. */
  begin: number;
  end: number;
  /** Nothing from here on may be heard. */
  cut: number;
}

/** A copy with the wrong samples put right, without the silence around it and without clicks at the edges. */
export function mendSound(
  samples: Int16Array,
  { sampleRateHz, wraps, begin, end, cut }: Mending,
): { samples: Int16Array<ArrayBuffer>; repairs: GateRepair[] } {
  const repairs: GateRepair[] = [];
  const from = Math.max(0, Math.floor(begin - leadS * sampleRateHz));
  const to = Math.max(from, Math.min(cut, Math.ceil(end + tailS * sampleRateHz)));
  const mended = samples.slice(from, to);
  for (let pair = 0; pair + 1 < wraps.length; pair += 2) {
    const [first = 0, last = 0] = [wraps[pair], wraps[pair + 1]];
    for (let at = Math.max(first, from); at <= last && at < to; at++) {
      mended[at - from] = (samples[at] ?? 0) < 0 ? fullScale : -fullScale - 1;
    }
  }
  if (wraps.length > 0) repairs.push('wrap');
  if (from > 0) repairs.push('lead');
  if (to < cut) repairs.push('tail');
  if (fadeEdges(mended, sampleRateHz)) repairs.push('fade');
  return { samples: mended, repairs };
}

function fadeEdges(samples: Int16Array, sampleRateHz: number): boolean {
  const isSharp = (at: number) => Math.abs(samples[at] ?? 0) > edge;
  const [opens, closes] = [isSharp(0), isSharp(samples.length - 1)];
  const fadeIn = opens ? Math.min(samples.length >> 1, Math.round(fadeInS * sampleRateHz)) : 0;
  const fadeOut = closes ? Math.min(samples.length >> 1, Math.round(fadeOutS * sampleRateHz)) : 0;
  for (let at = 0; at < fadeIn; at++) samples[at] = ((samples[at] ?? 0) * at) / fadeIn;
  for (let at = 0; at < fadeOut; at++) {
    const place = samples.length - 1 - at;
    samples[place] = ((samples[place] ?? 0) * at) / fadeOut;
  }
  return opens || closes;
}
