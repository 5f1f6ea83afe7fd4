import { ebur128_integrated_mono, ebur128_true_peak_mono } from 'ebur128-wasm/ebur128_wasm.js';

export interface Metered {
  /** Integrated loudness of the one channel. */
  lufs: number;
  /** The highest true peak, in dB below full scale. */
  dbtp: number;
}

/** What a meter that is not ours (libebur128, in its Rust form) says about a mono sound; 16-bit samples, or full scale 1. */
export function meter(samples: Int16Array | Float32Array, sampleRateHz: number): Metered {
  const floats =
    samples instanceof Float32Array ? samples : Float32Array.from(samples, (sample) => sample / 32_768);
  return {
    lufs: ebur128_integrated_mono(sampleRateHz, floats),
    dbtp: ebur128_true_peak_mono(sampleRateHz, floats),
  };
}
