/** A filter of second order; `a0` is 1. */
export interface Biquad {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

/**
 * How a head and an ear hear it, for any sample rate (ITU-R BS.1770-4, annex 1). The standard gives coefficients for 48 kHz only;
 * these are the analogue filters behind them, as libebur128 and others have worked them out, brought to the rate in question.
 */
export function kWeighting(sampleRateHz: number): { shelf: Biquad; highPass: Biquad } {
  return { shelf: headShelf(sampleRateHz), highPass: lowCut(sampleRateHz) };
}

/** +4 dB above 1.7 kHz: what the head adds. */
function headShelf(sampleRateHz: number): Biquad {
  const q = 0.7071752369554196;
  const k = Math.tan((Math.PI * 1_681.974450955533) / sampleRateHz);
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

/** Little is heard below 60 Hz. */
function lowCut(sampleRateHz: number): Biquad {
  const q = 0.5003270373238773;
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRateHz);
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}
