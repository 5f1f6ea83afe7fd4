/** The one form of sound inside this worker and on every sink's standard input: signed 16-bit little-endian mono at 48 kHz. */
export const outputRateHz = 48_000;
/** The clock's step. A lost device is noticed within one. */
export const frameMs = 20;
export const frameSamples = (outputRateHz * frameMs) / 1_000;
export const bytesPerSample = 2;

export const samplesOf = (durationMs: number): number => Math.round((durationMs * outputRateHz) / 1_000);
export const msOf = (samples: number): number => Math.floor((samples * 1_000) / outputRateHz);
