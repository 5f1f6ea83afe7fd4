import type { LoopFigures } from './find-loop.ts';

/** What a verdict rests on, for logs and for whoever looks at a sound that was refused. */
export interface GateFigures extends LoopFigures {
  /** As it came. */
  durationMs: number;
  /** 0 to 1. */
  peak: number;
  /** Share of the time from first to last sound in which there is some. */
  activeRatio: number;
  /** From first to last sound, without pauses. */
  speechMs: number;
  longestPauseMs: number;
  /** Level of the loud parts, dBFS. */
  loudDb: number;
  /** Of the text. */
  syllables: number;
  /** Vowels that were heard. */
  nuclei: number;
  pitchHz: number;
  flatness: number;
  voicedShare: number;
  movementDb: number;
  clippedShare: number;
  /** What the voice would take for such a text, at speed 1; and how far the sound is from what is usual, in deviations. */
  expectedS: number;
  duration: number;
  nucleiOff: number;
  pitch: number;
}

export const figuresOfNothing: GateFigures = {
  durationMs: 0,
  peak: 0,
  activeRatio: 0,
  speechMs: 0,
  longestPauseMs: 0,
  loudDb: -100,
  syllables: 0,
  nuclei: 0,
  pitchHz: 0,
  flatness: 0,
  voicedShare: 0,
  movementDb: 0,
  clippedShare: 0,
  similarS: 0,
  similarLagS: 0,
  copiedS: 0,
  copiedLagS: 0,
  heldS: 0,
  expectedS: 0,
  duration: 0,
  nucleiOff: 0,
  pitch: 0,
};
