import type { RawSound } from './endpoint.ts';

/** Turns the bytes of an answer into samples while they come. How they are cut into pieces makes no difference. */
export interface SoundReader {
  /** Throws EngineError `garbage` when this cannot be the sound that was agreed on. The bytes are not kept. */
  push(bytes: Uint8Array): void;
  /** Samples there are so far. */
  readonly length: number;
  /** How many of the last are exactly 0. */
  trailingZeros(): number;
  /** What came, perhaps nothing. Throws EngineError `garbage` when not even a header did, `cut-off` when less came than it announced. */
  end(): RawSound;
}
