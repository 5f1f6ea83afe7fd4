import { kWeighting } from './k-weighting.ts';

/** Blocks of 400 ms that overlap by three quarters, so each is four of these. */
const hopsPerBlock = 4;
const hopsPerSecond = 10;
const absoluteGateLufs = -70;
const relativeGateLu = 10;
const offsetLu = -0.691;

/**
 * Integrated loudness in LUFS (ITU-R BS.1770-4) of one channel, full scale 1; -Infinity for silence. A player gives a mono file to
 * two loudspeakers, which is 3 LU more in the room: that is not counted here, nor by any meter that is shown the file as it is.
 *
 * What is shorter than one block of the standard counts as one block, whatever it holds.
 */
export function measureLoudness(samples: Float32Array, sampleRateHz: number): number {
  const hop = Math.round(sampleRateHz / hopsPerSecond);
  if (samples.length < hop * hopsPerBlock) {
    const [energy = 0] = hopEnergies(samples, { sampleRateHz, hop: Math.max(1, samples.length) });
    return toLufs(energy);
  }
  const blocks = blockEnergies(hopEnergies(samples, { sampleRateHz, hop }));
  const audible = blocks.filter((energy) => toLufs(energy) > absoluteGateLufs);
  const gate = toLufs(mean(audible)) - relativeGateLu;
  return toLufs(mean(audible.filter((energy) => toLufs(energy) > gate)));
}

/** Mean square of each whole hop as it is heard. What is left behind the last one does not count. */
function hopEnergies(
  samples: Float32Array,
  { sampleRateHz, hop }: { sampleRateHz: number; hop: number },
): Float64Array {
  const { shelf, highPass } = kWeighting(sampleRateHz);
  const { b0, b1, b2, a1, a2 } = shelf;
  const { b0: c0, b1: c1, b2: c2, a1: d1, a2: d2 } = highPass;
  const energies = new Float64Array(Math.floor(samples.length / hop));
  // Both filters in their transposed form: two numbers of memory each.
  let shelf1 = 0;
  let shelf2 = 0;
  let pass1 = 0;
  let pass2 = 0;
  for (let index = 0, at = 0; index < energies.length; index++) {
    let sum = 0;
    for (const end = at + hop; at < end; at++) {
      const x = samples[at] ?? 0;
      const y = b0 * x + shelf1;
      shelf1 = b1 * x - a1 * y + shelf2;
      shelf2 = b2 * x - a2 * y;
      const z = c0 * y + pass1;
      pass1 = c1 * y - d1 * z + pass2;
      pass2 = c2 * y - d2 * z;
      sum += z * z;
    }
    energies[index] = sum / hop;
  }
  return energies;
}

function blockEnergies(hops: Float64Array): number[] {
  return Array.from({ length: hops.length - hopsPerBlock + 1 }, (_, first) =>
    mean(hops.subarray(first, first + hopsPerBlock)),
  );
}

function toLufs(energy: number): number {
  return offsetLu + 10 * Math.log10(energy);
}

/** 0 when there is nothing. */
function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return values.length === 0 ? 0 : sum / values.length;
}
