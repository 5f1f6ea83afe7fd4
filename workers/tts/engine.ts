import type { Loudness } from './loudness/leveller.ts';

/** What is to be synthesised: text that is already fit for speech, in the name that segments use for a voice. `speed` 1 is as the engine speaks. */
export interface SpeechRequest {
  text: string;
  voice: string;
  speed: number;
  /** How loud the sound is to be: see `Leveller`. */
  loudness: Loudness;
}

/** Figures of a waveform as the engine gave it, taken where it was made, so that no samples are counted on the main loop. */
export interface WaveformFigures {
  durationMs: number;
  /** Largest sample of either sign, 0 to 1. */
  peak: number;
}

/** Signed 16-bit little-endian mono, as loud as was asked for, with the silence around it already trimmed. Shared by the cache: never written to. */
export interface Sound {
  pcm: Uint8Array;
  sampleRateHz: number;
  figures: WaveformFigures;
}
