import { frameMs, frameSamples, samplesOf } from './format.ts';

/** As long as what a sink may still have before it (its backlog is bounded by the same second). */
const keptFrames = 1_000 / frameMs;
/** 5 ms, as at every join. */
const fadeSamples = samplesOf(5);

interface Written<Source> {
  frame: Int16Array;
  /** Whose sound it is; nothing for silence. */
  source: Source | undefined;
}

/** The frames of the last second that a sink took, so that those which went down with it can be said again. */
export class RecentFrames<Source> {
  #written: Written<Source>[] = [];

  add(frame: Int16Array, source: Source | undefined): void {
    this.#written.push({ frame, source });
    if (this.#written.length > keptFrames) this.#written.shift();
  }

  /** What goes down with a sink is not to be said again. */
  forget(): void {
    this.#written = [];
  }

  /**
   * The latest `samples` were not heard. Those of `current` are only counted, since it can go back by itself; of sources that are
   * done the frames are returned, without the pauses between.
   */
  takeLost(
    samples: number,
    current: Source | undefined,
  ): { again: Written<Source>[]; currentSamples: number } {
    const count = Math.ceil(samples / frameSamples);
    if (count === 0) return { again: [], currentSamples: 0 };
    const lost = this.#written.slice(-count).filter(({ source }) => source !== undefined);
    this.#written = [];
    const again = lost.filter(({ source }) => source !== current);
    const [first] = again;
    if (first) again[0] = { ...first, frame: fadedIn(first.frame) };
    return { again, currentSamples: (lost.length - again.length) * frameSamples };
  }
}

function fadedIn(frame: Int16Array): Int16Array {
  return frame.map((value, n) => (n < fadeSamples ? Math.round((value * (n + 1)) / fadeSamples) : value));
}
