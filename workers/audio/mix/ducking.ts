import { frameMs, frameSamples, samplesOf } from '../format.ts';
import { gainOf } from './decibels.ts';

export interface DuckingOptions {
  /** By how much it goes down under speech. */
  duckDb: number;
  attackMs: number;
  releaseMs: number;
  /** So long after a word it stays down, so that it does not come up between two sentences. */
  holdMs?: number;
}

const defaultHoldMs = 300;

/** The gain of what lies under the voice, sample by sample: down under speech and back, in even steps of loudness. */
export class Ducking {
  readonly #low: number;
  readonly #holdMs: number;
  /** What the gain is multiplied by from one sample to the next. */
  readonly #down: number;
  readonly #up: number;
  #gain = 1;
  #silentMs = Infinity;

  constructor({ duckDb, attackMs, releaseMs, holdMs = defaultHoldMs }: DuckingOptions) {
    this.#low = gainOf(duckDb);
    this.#holdMs = holdMs;
    this.#down = gainOf(duckDb / samplesOf(attackMs));
    this.#up = gainOf(-duckDb / samplesOf(releaseMs));
  }

  /** Somebody speaks, or has just spoken. */
  get isDucking(): boolean {
    return this.#silentMs <= this.#holdMs;
  }

  /** Multiplies a frame in place. */
  apply(frame: Float64Array, isSpeaking: boolean): void {
    this.#silentMs = isSpeaking ? 0 : this.#silentMs + frameMs;
    const low = this.#low;
    const factor = this.isDucking ? this.#down : this.#up;
    let gain = this.#gain;
    for (let n = 0; n < frameSamples; n++) {
      gain = Math.max(low, Math.min(1, gain * factor));
      frame[n] = (frame[n] ?? 0) * gain;
    }
    this.#gain = gain;
  }
}
