import { frameSamples } from '../format.ts';
import { gainOf } from './decibels.ts';
import { gainPath } from './gain-path.ts';
import { mostOvershoot, truePeaks, truePeakTaps } from './true-peak.ts';

const before = truePeakTaps - 1;
/** The gain runs straight between points that are so many samples apart: a sixth of a millisecond. */
const step = 8;
const blocks = frameSamples / step;
/** From silence to full in half a second, so that a loud word does not make the next one breathe. */
const releasePerStep = step / (0.5 * 48_000);
const fullScale = 32_768;
/** What rounding to 16 bits adds, and the straight lines that stand for the exact gain. */
const margin = 0.999;
const maxPasses = 4;
/**
 * How far above the ceiling a frame would come if nothing followed it, before that matters. A tone just below the ceiling that is looked
 * at only up to here seems up to so much higher than it is, and must not be touched.
 */
const openEnd = 1.14;

/**
 * Keeps the true peak (ITU-R BS.1770-4, Annex 2) of what leaves below the ceiling. A frame is known as a whole when it is to leave, so the
 * gain goes down before the peak comes, as slowly as the frame allows, and nothing is delayed. What stays below leaves sample for sample as
 * it came.
 */
export class Limiter {
  readonly #ceiling: number;
  /** The samples before the frame, as they left, and the frame. */
  readonly #samples = new Float64Array(before + frameSamples);
  /** The same as it would leave, and then silence. */
  readonly #leaving = new Float64Array(before + frameSamples + before);
  readonly #peaks = new Float64Array(frameSamples);
  readonly #peaksAfter = new Float64Array(frameSamples + before);
  readonly #most = new Float64Array(blocks);
  #gain = 1;

  constructor(options: { peakDbtp: number }) {
    this.#ceiling = fullScale * gainOf(options.peakDbtp) * margin;
  }

  /** How much of the sound is let through now; 1: all of it. */
  get gain(): number {
    return this.#gain;
  }

  /** Puts what may leave into `into`; `mixed` is in units of 16-bit samples, and may be higher than they go. */
  limit(mixed: Float64Array, into: Int16Array): void {
    this.#samples.set(mixed, before);
    if (this.#gain === 1 && this.#isBelow()) this.#passOn(into);
    else this.#hold(into);
    this.#samples.copyWithin(0, frameSamples);
    for (let n = 0; n < before; n++) this.#samples[n] = into[frameSamples - before + n] ?? 0;
  }

  #isBelow(): boolean {
    let highest = 0;
    for (const sample of this.#samples) highest = Math.max(highest, Math.abs(sample));
    if (highest * mostOvershoot <= this.#ceiling) return true;
    if (highest > this.#ceiling) return false;
    truePeaks(this.#samples, this.#peaks);
    for (const peak of this.#peaks) if (peak > this.#ceiling) return false;
    this.#leaving.set(this.#samples);
    this.#leaving.fill(0, before + frameSamples);
    return this.#tail() <= this.#ceiling * openEnd;
  }

  #passOn(into: Int16Array): void {
    for (let n = 0; n < frameSamples; n++) into[n] = Math.round(this.#samples[before + n] ?? 0);
  }

  #hold(into: Int16Array): void {
    this.#most.fill(1);
    for (let n = 0; n < frameSamples; n++) this.#demand(n, n, Math.abs(this.#samples[before + n] ?? 0));
    let path: Float64Array = this.#path();
    for (let pass = 0; pass < maxPasses && this.#isTooMuch(path); pass++) path = this.#path();
    this.#leave(path);
    this.#gain = path[blocks] ?? 1;
    const highest = Math.floor(this.#ceiling);
    for (let n = 0; n < frameSamples; n++) {
      const value = Math.round(this.#leaving[before + n] ?? 0);
      into[n] = Math.max(-highest, Math.min(highest, value));
    }
  }

  #path(): Float64Array {
    return gainPath({ from: this.#gain, most: this.#most, rise: releasePerStep });
  }

  /** Whether with these gains anything would still be above the ceiling; then less is demanded there. */
  #isTooMuch(path: Float64Array): boolean {
    this.#leave(path);
    truePeaks(this.#leaving, this.#peaksAfter);
    let isTooMuch = false;
    for (let n = 0; n < this.#peaksAfter.length; n++) {
      const open = n < frameSamples ? 1 : openEnd;
      const peak = (this.#peaksAfter[n] ?? 0) / open;
      if (peak <= this.#ceiling) continue;
      isTooMuch = true;
      this.#lower(n - before, n, (margin * this.#ceiling) / peak, path);
    }
    return isTooMuch;
  }

  #leave(path: Float64Array): void {
    this.#leaving.set(this.#samples.subarray(0, before));
    for (let block = 0; block < blocks; block++) {
      const from = path[block] ?? 1;
      const slope = ((path[block + 1] ?? 1) - from) / step;
      for (let n = 0; n < step; n++) {
        const at = before + block * step + n;
        this.#leaving[at] = (this.#samples[at] ?? 0) * (from + slope * (n + 1));
      }
    }
    this.#leaving.fill(0, before + frameSamples);
  }

  #tail(): number {
    truePeaks(this.#leaving, this.#peaksAfter);
    return Math.max(...this.#peaksAfter.subarray(frameSamples));
  }

  #demand(from: number, to: number, peak: number): void {
    if (peak > this.#ceiling) this.#lower(from, to, this.#ceiling / peak);
  }

  /** At these samples no more than `factor` of what the path gives, or of everything. */
  #lower(from: number, to: number, factor: number, path?: Float64Array): void {
    const last = Math.min(blocks - 1, Math.floor(to / step));
    for (let block = Math.max(0, Math.floor(from / step)); block <= last; block++) {
      const given = path ? Math.max(path[block] ?? 1, path[block + 1] ?? 1) : 1;
      this.#most[block] = Math.min(this.#most[block] ?? 1, given * factor);
    }
  }
}
