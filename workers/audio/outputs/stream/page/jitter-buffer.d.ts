/** The types of `jitter-buffer.js`, which browsers load as it is. */
export declare class JitterBuffer {
  constructor(options?: { rateHz?: number; outputRateHz?: number; targetMs?: number; maxMs?: number });
  readonly state: 'buffering' | 'playing';
  readonly underruns: number;
  readonly skippedSamples: number;
  readonly lostSamples: number;
  readonly playedSamples: number;
  readonly bufferedMs: number;
  readonly targetMs: number;
  push(samples: Int16Array, position: number): void;
  restart(): void;
  pull(out: Float32Array): void;
}
