import type { SoundMix } from '../speech/perform.ts';
import { cross, crossedMs, type Sound } from '../speech/spoil.ts';

/**
 * Streams that run at the same time share one mutable pipeline: from the moment on that there are two, each is heard in the other, to the
 * end of both.
 */
export class Crossing {
  readonly #running = new Set<Stream>();

  /** For one stream; to be left with `using` when it is over. */
  enter(): SoundMix & Disposable {
    const stream: Stream = { sound: undefined, crossedWith: undefined, isSpoiled: false };
    return {
      begin: (sound) => {
        stream.sound = sound;
        for (const other of this.#running) {
          stream.crossedWith = other;
          other.crossedWith = stream;
        }
        this.#running.add(stream);
      },
      alter: (piece, at) => {
        const other = stream.crossedWith?.sound;
        if (!other) return piece;
        stream.isSpoiled = true;
        // From its own voice over into the other's, wherever the piece begins.
        const block = Math.round((other.sampleRateHz * crossedMs) / 1_000);
        return cross(piece, other.samples, { at: at + block, block });
      },
      isSpoiled: () => stream.isSpoiled,
      [Symbol.dispose]: () => {
        this.#running.delete(stream);
      },
    };
  }
}

type Stream = { sound: Sound | undefined; crossedWith: Stream | undefined; isSpoiled: boolean };
