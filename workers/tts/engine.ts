import type { Loudness } from './loudness/leveller.ts';

/** What is to be synthesised: text that is already fit for speech, in the engine's own name for a voice. `speed` 1 is as the engine speaks. */
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

/** A way to turn text into sound. An engine neither retries nor judges: its callers do, the same way for every engine. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** How many requests it works on at the same time; more only wait inside it. */
  readonly slots: number;
  /** Everything that a first sentence would otherwise wait for. Throws when the engine cannot work at all. */
  warmUp(signal: AbortSignal): Promise<void>;
  /** Throws when it fails, and when the signal says stop: the work is then really ended, not only forgotten. */
  synthesise(request: SpeechRequest, signal: AbortSignal): Promise<Sound>;
}
