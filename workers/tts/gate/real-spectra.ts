/** Points of a transform; 23 to 32 ms at the rates that it is used at. */
export const spectrumSize = 256;
const bits = 8;
const half = spectrumSize / 2;

const cosines = new Float64Array(half);
const sines = new Float64Array(half);
const reversed = new Uint8Array(spectrumSize);
/** Hann. */
export const spectrumWindow = new Float64Array(spectrumSize);
for (let index = 0; index < spectrumSize; index++) {
  const angle = (2 * Math.PI * index) / spectrumSize;
  spectrumWindow[index] = 0.5 - 0.5 * Math.cos(angle);
  if (index < half) {
    cosines[index] = Math.cos(angle);
    sines[index] = Math.sin(angle);
  }
  let mirror = 0;
  for (let bit = 0; bit < bits; bit++) mirror |= ((index >> bit) & 1) << (bits - 1 - bit);
  reversed[index] = mirror;
}

/**
 * Power spectra of two real signals at once, one in `re`, the other in `im`, which are overwritten. Each result has half as many bins as
 * there are points.
 */
export function powerSpectra(
  re: Float64Array,
  im: Float64Array,
  { first, second }: { first: Float64Array; second: Float64Array },
): void {
  transform(re, im);
  for (let bin = 0; bin < half; bin++) {
    const other = (spectrumSize - bin) % spectrumSize;
    const [a, b] = [re[bin] ?? 0, im[bin] ?? 0];
    const [c, d] = [re[other] ?? 0, im[other] ?? 0];
    first[bin] = ((a + c) * (a + c) + (b - d) * (b - d)) / 4;
    second[bin] = ((b + d) * (b + d) + (c - a) * (c - a)) / 4;
  }
}

/** In place, radix 2. */
function transform(re: Float64Array, im: Float64Array): void {
  for (let index = 0; index < spectrumSize; index++) {
    const other = reversed[index] ?? 0;
    if (other <= index) continue;
    const [x, y] = [re[index] ?? 0, im[index] ?? 0];
    re[index] = re[other] ?? 0;
    im[index] = im[other] ?? 0;
    re[other] = x;
    im[other] = y;
  }
  for (let width = 1; width < spectrumSize; width *= 2) {
    const step = half / width;
    for (let start = 0; start < spectrumSize; start += 2 * width) {
      for (let offset = 0; offset < width; offset++) {
        const near = start + offset;
        const far = near + width;
        const c = cosines[offset * step] ?? 0;
        const s = sines[offset * step] ?? 0;
        const x = (re[far] ?? 0) * c + (im[far] ?? 0) * s;
        const y = (im[far] ?? 0) * c - (re[far] ?? 0) * s;
        re[far] = (re[near] ?? 0) - x;
        im[far] = (im[near] ?? 0) - y;
        re[near] = (re[near] ?? 0) + x;
        im[near] = (im[near] ?? 0) + y;
      }
    }
  }
}
