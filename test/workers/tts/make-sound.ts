import type { Sound } from '../../../workers/tts/engine.ts';

/** A sound that passes for a sentence of about that length. */
export function makeSound(durationMs: number, peak = 0.5): Sound {
  return { pcm: new Uint8Array(durationMs * 2), sampleRateHz: 1_000, figures: { durationMs, peak } };
}
