/** The filter of ITU-R BS.1770-4, Annex 2, looks at so many samples; all but the latest lie before it. */
export const truePeakTaps = 12;

/** Four points between each two samples: two phases, and the same two reversed in time. */
const first = Float64Array.of(
  0.001708984375,
  0.010986328125,
  -0.0196533203125,
  0.033203125,
  -0.0594482421875,
  0.1373291015625,
  0.97216796875,
  -0.102294921875,
  0.047607421875,
  -0.026611328125,
  0.014892578125,
  -0.00830078125,
);
const second = Float64Array.of(
  -0.0291748046875,
  0.029296875,
  -0.0517578125,
  0.089111328125,
  -0.16650390625,
  0.465087890625,
  0.77978515625,
  -0.2003173828125,
  0.1015625,
  -0.0582275390625,
  0.0330810546875,
  -0.0189208984375,
);

/** No signal's true peak, as it is estimated here, is more than so many times its highest sample. */
export const mostOvershoot = Math.max(...[first, second].map((taps) => taps.reduce(sumOfSizes, 0)));

/**
 * The highest of the four points that become known with each sample, without a sign, into `into`. `samples` begins with the
 * `truePeakTaps - 1` samples before the first that is asked for. The points of sample n lie between n - 6 and n - 5.
 */
export function truePeaks(samples: Float64Array, into: Float64Array): void {
  for (let n = 0; n < into.length; n++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let tap = 0; tap < truePeakTaps; tap++) {
      const early = first[tap] ?? 0;
      const late = second[tap] ?? 0;
      const newer = samples[n + truePeakTaps - 1 - tap] ?? 0;
      const older = samples[n + tap] ?? 0;
      a += early * newer;
      b += late * newer;
      c += late * older;
      d += early * older;
    }
    into[n] = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  }
}

function sumOfSizes(sum: number, tap: number): number {
  return sum + Math.abs(tap);
}
