import { outputRateHz } from '../../workers/audio/format.ts';
import type { Recorded } from '../../workers/audio/renditions.ts';
import { resample, resampledLength } from '../../workers/audio/resample.ts';
import { narrowing, narrowSound } from './narrow-sound.ts';

/** Sounds are compared in pieces of 20 ms. */
export const blockSamples = outputRateHz / 50;
export const blockMs = 20;
/** Of 1. What is played is the sound itself, but for its loudness and a fade of 5 ms wherever it is cut. */
const alike = 0.9;
/** Of the loudest block: what is softer is a pause. */
const loudShare = 0.05;
/** A single block may be like another by chance. */
const leastRun = 2;

/** A sound to be looked for, at the rate of a recording. */
export interface SoundPattern {
  wide: Float32Array;
  narrow: Float32Array;
  /** Of each block, whether it has sound. */
  loud: boolean[];
}

/** Where in a recording a sound would begin (it may be before it), and which of its loud blocks are there. */
export interface Alignment {
  at: number;
  blocks: number[];
}

export function soundPattern({ pcm, sampleRateHz }: Recorded): SoundPattern {
  const wide = new Float32Array(resampledLength(pcm.length, sampleRateHz));
  resample(pcm, sampleRateHz, 0, wide);
  const energies = Array.from({ length: Math.floor(wide.length / blockSamples) }, (_, block) =>
    energyOf(wide, block * blockSamples, blockSamples),
  );
  const least = energies.reduce((most, each) => Math.max(most, each), 0) * loudShare ** 2;
  return { wide, narrow: narrowSound(wide), loud: energies.map((energy) => energy > least) };
}

/** How long it sounds, pauses left out. */
export function loudMs({ loud }: SoundPattern): number {
  return loud.filter(Boolean).length * blockMs;
}

/**
 * Lays a piece of a sound, `length` samples from `offset` on, on a recording, at about `near`; undefined when it is not there sample
 * for sample.
 */
export function align(
  pattern: SoundPattern,
  samples: Int16Array,
  { near, offset, length }: { near: number; offset: number; length: number },
): Alignment | undefined {
  let best = { at: 0, likeness: 0 };
  for (let at = near - 2 * narrowing; at <= near + 2 * narrowing; at++) {
    const likeness = compare(pattern.wide, offset, samples, at + offset, length);
    if (likeness > best.likeness) best = { at, likeness };
  }
  return best.likeness < alike ? undefined : { at: best.at, blocks: blocksAt(pattern, samples, best.at) };
}

function blocksAt({ wide, loud }: SoundPattern, samples: Int16Array, at: number): number[] {
  const found: number[] = [];
  let run: number[] = [];
  const endRun = () => {
    if (run.length >= leastRun) found.push(...run);
    run = [];
  };
  for (const [block, isLoud] of loud.entries()) {
    if (!isLoud) continue;
    const from = block * blockSamples;
    if (compare(wide, from, samples, at + from, blockSamples) >= alike) run.push(block);
    else endRun();
  }
  endRun();
  return found;
}

/** Normalised correlation; beyond the ends there is silence. */
function compare(
  sound: Float32Array,
  offset: number,
  samples: Int16Array,
  at: number,
  length: number,
): number {
  let product = 0;
  let own = 0;
  let there = 0;
  for (let index = 0; index < length; index++) {
    const a = sound[offset + index] ?? 0;
    const b = samples[at + index] ?? 0;
    product += a * b;
    own += a * a;
    there += b * b;
  }
  return own === 0 || there === 0 ? 0 : product / Math.sqrt(own * there);
}

function energyOf(sound: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let at = from; at < from + length; at++) sum += (sound[at] ?? 0) ** 2;
  return sum;
}
