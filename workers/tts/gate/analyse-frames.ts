import type { Decimated } from './decimate.ts';
import { findPitch } from './find-pitch.ts';
import { Scratch } from './scratch.ts';
import { powerSpectra, spectrumSize, spectrumWindow } from './real-spectra.ts';

export const framesPerSecond = 100;
export const bandCount = 20;
const lowestHz = 100;
const highestHz = 3_800;
/** Nothing is quieter than this: digital silence has no logarithm. */
const floorDb = -100;
/** Syllables are where vowels are. */
const vowelHz = [300, 3_000] as const;
/** Frames so far below the loudest are not asked for a pitch. */
const pitchRangeDb = 30;

/** What is in a sound, every 10 ms. The bands are overwritten by the next analysis. */
export interface Frames {
  count: number;
  /** RMS in dBFS. */
  levelDb: Float32Array;
  /** The same of the band where vowels are, in dB of no certain reference. */
  vowelDb: Float32Array;
  /** `bandCount` per frame, equally wide to the ear, in dB of no certain reference. */
  bandsDb: Float32Array;
  /** 1: as flat as white noise, 0: all in one band. */
  flatness: Float32Array;
  /** How much of it repeats from period to period, 0 to 1. */
  voicing: Float32Array;
  /** 0 where nothing repeats. */
  pitchHz: Float32Array;
}

const scratch = new Scratch();
const re = new Float64Array(spectrumSize);
const im = new Float64Array(spectrumSize);
const first = new Float64Array(spectrumSize / 2);
const second = new Float64Array(spectrumSize / 2);

export function analyseFrames({ samples, rateHz }: Decimated): Frames {
  const hop = rateHz / framesPerSecond;
  const count = Math.floor(samples.length / hop);
  const frames: Frames = {
    count,
    levelDb: new Float32Array(count),
    vowelDb: new Float32Array(count),
    bandsDb: scratch.take(count * bandCount),
    flatness: new Float32Array(count),
    voicing: new Float32Array(count),
    pitchHz: new Float32Array(count),
  };
  const edges = bandEdges(rateHz);
  const vowel = vowelHz.map((hz) => Math.round((hz * spectrumSize) / rateHz)) as [number, number];
  let loudest = floorDb;
  for (let frame = 0; frame < count; frame++) {
    const level = toDb(meanSquare(samples, Math.floor((frame - 0.5) * hop), Math.floor((frame + 1.5) * hop)));
    frames.levelDb[frame] = level;
    loudest = Math.max(loudest, level);
  }
  for (let frame = 0; frame < count; frame += 2) {
    fill(re, samples, Math.floor((frame + 0.5) * hop));
    fill(im, samples, Math.floor((frame + 1.5) * hop));
    powerSpectra(re, im, { first, second });
    describe(first, { frames, frame, edges, vowel });
    if (frame + 1 < count) describe(second, { frames, frame: frame + 1, edges, vowel });
  }
  findPitch({ samples, rateHz }, frames, loudest - pitchRangeDb);
  return frames;
}

function meanSquare(samples: Float32Array, from: number, to: number): number {
  const begin = Math.max(0, from);
  const end = Math.min(samples.length, to);
  let sum = 0;
  for (let at = begin; at < end; at++) sum += (samples[at] ?? 0) * (samples[at] ?? 0);
  return end > begin ? sum / (end - begin) : 0;
}

function fill(target: Float64Array, samples: Float32Array, centre: number): void {
  const from = centre - spectrumSize / 2;
  const begin = Math.max(0, -from);
  const end = Math.min(spectrumSize, samples.length - from);
  if (begin > 0 || end < spectrumSize) target.fill(0);
  for (let index = begin; index < end; index++) {
    target[index] = (samples[from + index] ?? 0) * (spectrumWindow[index] ?? 0);
  }
}

interface Place {
  frames: Frames;
  frame: number;
  edges: Uint16Array;
  vowel: [number, number];
}

function describe(power: Float64Array, { frames, frame, edges, vowel }: Place): void {
  let logSum = 0;
  let sum = 0;
  for (let band = 0; band < bandCount; band++) {
    const from = edges[band] ?? 0;
    const to = edges[band + 1] ?? from + 1;
    let energy = 0;
    for (let bin = from; bin < to; bin++) energy += power[bin] ?? 0;
    const density = energy / (to - from) + 1e-9;
    frames.bandsDb[frame * bandCount + band] = 10 * Math.log10(density);
    logSum += Math.log(density);
    sum += density;
  }
  frames.flatness[frame] = Math.exp(logSum / bandCount) / (sum / bandCount);
  let energy = 1e-9;
  for (let bin = vowel[0]; bin < vowel[1]; bin++) energy += power[bin] ?? 0;
  frames.vowelDb[frame] = 10 * Math.log10(energy);
}

/** Bins at which the bands begin; each has at least one. */
function bandEdges(rateHz: number): Uint16Array {
  const toMel = (hz: number) => Math.log(1 + hz / 700);
  const lowest = toMel(lowestHz);
  const highest = toMel(Math.min(highestHz, rateHz * 0.48));
  const edges = new Uint16Array(bandCount + 1);
  for (let edge = 0; edge <= bandCount; edge++) {
    const hz = 700 * (Math.exp(lowest + ((highest - lowest) * edge) / bandCount) - 1);
    const bin = Math.round((hz * spectrumSize) / rateHz);
    edges[edge] = edge === 0 ? bin : Math.max(bin, (edges[edge - 1] ?? 0) + 1);
  }
  return edges;
}

function toDb(power: number): number {
  return Math.max(floorDb, 10 * Math.log10(power + 1e-12));
}
