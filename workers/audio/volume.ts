import { frameSamples, samplesOf } from './format.ts';

/** The most that the gain changes by from one sample to the next: from nothing to full in 60 ms, which nobody hears as a click. */
const step = 1 / samplesOf(60);
const [lowest, highest] = [-32_768, 32_767];

/** How loud the voice is, frame by frame. A change takes its time. */
export class Volume {
  #now: number;

  constructor(volume: number) {
    this.#now = volume;
  }

  /** The gain at the end of the last frame. */
  get now(): number {
    return this.#now;
  }

  /** Changes a frame in place, on the way to `target`. */
  apply(frame: Int16Array, target: number): void {
    const from = this.#now;
    const most = step * frameSamples;
    this.#now += Math.max(-most, Math.min(most, target - from));
    if (from === 1 && this.#now === 1) return;
    const slope = (this.#now - from) / frame.length;
    for (let n = 0; n < frame.length; n++) {
      const value = Math.round((frame[n] ?? 0) * (from + slope * (n + 1)));
      frame[n] = Math.max(lowest, Math.min(highest, value));
    }
  }
}
