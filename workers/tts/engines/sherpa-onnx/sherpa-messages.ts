/** What the process with the model is told. */
export type SherpaOrder =
  | { kind: 'load'; module: string; config: object }
  | { kind: 'speak'; text: string; sid: number; speed: number };

/** What it says: once `loaded`, then one `spoken` per order; `failed` instead of either. Samples as the model gave them, -1 to 1. */
export type SherpaReport =
  | { kind: 'loaded' }
  | { kind: 'spoken'; samples: Float32Array; sampleRateHz: number }
  | { kind: 'failed'; message: string };
