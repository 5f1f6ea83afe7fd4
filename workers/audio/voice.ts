import { frameSamples, outputRateHz } from './format.ts';
import type { Recorded } from './renditions.ts';
import { resample, resampledLength } from './resample.ts';

/** A segment's sound as the playlist keeps it; `samples` at the output rate. */
export interface SegmentSound extends Recorded {
  samples: number;
  bytes: number;
}

export function toSound(recorded: Recorded): SegmentSound {
  const samples = resampledLength(recorded.pcm.length, recorded.sampleRateHz);
  return { ...recorded, samples, bytes: recorded.pcm.byteLength };
}

/** 5 ms at every join, so that none clicks. */
const fadeSamples = (outputRateHz * 5) / 1_000;

/** A frame after which nothing follows. */
export function fadedOut(frame: Int16Array): Int16Array {
  return frame.map((value, n) => Math.round(value * Math.min(1, (frame.length - 1 - n) / fadeSamples)));
}

/** One segment while it is being heard: frames of it, one after the other, faded at both ends and wherever it is cut. */
export class Voice {
  readonly #sound: SegmentSound;
  readonly #volume: number;
  readonly #from: number;
  readonly #scratch = new Float32Array(frameSamples);
  #position: number;
  #fadeInFrom: number;

  constructor({ sound, from, volume }: { sound: SegmentSound; from: number; volume: number }) {
    this.#sound = sound;
    this.#volume = volume;
    this.#from = Math.min(from, sound.samples);
    this.#position = this.#from;
    this.#fadeInFrom = this.#from;
  }

  /** Output samples that have been read. */
  get position(): number {
    return this.#position;
  }

  get done(): boolean {
    return this.#position >= this.#sound.samples;
  }

  /** The next frame, filled up with silence behind the end. With `cut` it fades out, because nothing follows. */
  read({ cut = false } = {}): Int16Array {
    const frame = new Int16Array(frameSamples);
    const { pcm, sampleRateHz, samples } = this.#sound;
    const count = resample(pcm, sampleRateHz, this.#position, this.#scratch);
    const end = cut ? Math.min(samples, this.#position + count) : samples;
    for (let n = 0; n < count; n++) {
      const at = this.#position + n;
      const fade = Math.min(1, (at - this.#fadeInFrom + 1) / fadeSamples, (end - at) / fadeSamples);
      const value = Math.round((this.#scratch[n] ?? 0) * this.#volume * fade);
      frame[n] = Math.max(-32_768, Math.min(32_767, value));
    }
    this.#position += count;
    return frame;
  }

  /** Goes back by what a dead sink has swallowed, but not before the point where this voice began. */
  rewind(samples: number): void {
    this.#position = Math.max(this.#from, this.#position - samples);
    this.#fadeInFrom = this.#position;
  }
}
