import { frameMs } from './format.ts';

export interface Due {
  /** Frames to write now. */
  frames: number;
  /** Frames whose time has passed for good: the listeners heard nothing then. */
  lostFrames: number;
}

/**
 * Says how many frames are due since the start, on a monotonic clock in milliseconds. A short stall is caught up; of a longer one
 * only `catchUpMs` is, which is what a device still had in its buffer: more would only make everything later for ever.
 */
export class FrameClock {
  readonly #catchUpFrames: number;
  #startMs: number;
  #given = 0;

  constructor({ startMs, catchUpMs }: { startMs: number; catchUpMs: number }) {
    this.#startMs = startMs;
    this.#catchUpFrames = Math.floor(catchUpMs / frameMs);
  }

  due(nowMs: number): Due {
    const owed = Math.max(0, Math.floor((nowMs - this.#startMs) / frameMs) - this.#given);
    const frames = Math.min(owed, this.#catchUpFrames);
    const lostFrames = owed - frames;
    this.#given += frames;
    this.#startMs += lostFrames * frameMs;
    return { frames, lostFrames };
  }

  /** Time until the next frame is due, at least 1 ms. */
  untilNext(nowMs: number): number {
    return Math.max(1, Math.ceil(this.#startMs + (this.#given + 1) * frameMs - nowMs));
  }
}
