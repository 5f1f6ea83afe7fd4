import load from '@echogarden/espeak-ng-emscripten';
import type { Espeak, EspeakWorker } from '@echogarden/espeak-ng-emscripten';
import { LRUCache } from 'lru-cache';
import { resample } from './resample.ts';
import { joinSamples } from './samples.ts';

/** Which sound is wanted. The same gives the same samples, in every process. */
export type SpokenLine = {
  readonly text: string;
  readonly sampleRateHz: number;
  /** 1: as the voice is; 1.05 is higher and as much shorter. */
  readonly pitch: number;
  /** 1: as fast as the voice speaks. */
  readonly speed: number;
};

const wordsPerMinute = 175;
const edgeMs = 40;
const audible = 100;

/**
 * Real speech for the simulated servers, from the embedded voice. Works while it is called: some 2 ms per character the first time.
 *
 * The voice draws from a generator of random numbers that it keeps in its memory, so that no two sounds of a text are the same; its memory
 * is therefore put back to what it was before each text, which takes a millisecond or two.
 */
export class SimulatedVoice {
  readonly #module: Espeak;
  readonly #worker: EspeakWorker;
  readonly #fresh: Uint8Array;
  readonly #sounds: LRUCache<string, Int16Array>;

  private constructor(module: Espeak, worker: EspeakWorker, cacheMb: number) {
    this.#module = module;
    this.#worker = worker;
    this.#fresh = module.HEAPU8.slice();
    this.#sounds = new LRUCache({
      maxSize: cacheMb * 2 ** 20,
      sizeCalculation: ({ byteLength }, key) => byteLength + key.length * 2,
    });
  }

  /** Loads the package; it takes 100 to 400 ms. */
  static async open({ cacheMb }: { readonly cacheMb: number }): Promise<SimulatedVoice> {
    const module = await load();
    const worker = await new module.eSpeakNGWorker();
    worker.set_voice('cmn');
    return new SimulatedVoice(module, worker, cacheMb);
  }

  /** Mono samples, which others get as well: not to be written to. Empty when nothing of the text can be spoken. */
  speak({ text, sampleRateHz, pitch, speed }: SpokenLine): Int16Array {
    if (!isSpeakable(text)) return new Int16Array(0);
    return this.#remember(`${sampleRateHz} ${pitch} ${speed} ${text}`, () =>
      resample(this.#base(text, speed), (this.#worker.get_samplerate() * pitch) / sampleRateHz),
    );
  }

  #base(text: string, speed: number): Int16Array {
    const rate = Math.round(Math.min(450, Math.max(80, wordsPerMinute * speed)));
    return this.#remember(`${rate} ${text}`, () => {
      this.#putBack();
      this.#worker.set_rate(rate);
      const pieces: Int16Array[] = [];
      this.#worker.synthesize(text, (piece) => {
        if (piece) pieces.push(piece);
        return false;
      });
      return trim(joinSamples(pieces), Math.round((this.#worker.get_samplerate() * edgeMs) / 1_000));
    });
  }

  #remember(key: string, make: () => Int16Array): Int16Array {
    const known = this.#sounds.get(key);
    if (known) return known;
    const made = make();
    this.#sounds.set(key, made);
    return made;
  }

  #putBack(): void {
    const memory = this.#module.HEAPU8;
    memory.set(this.#fresh);
    memory.fill(0, this.#fresh.length);
  }
}

/** Whether there is anything in a text that a voice can say. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Without the silence around it, but for its edges. */
function trim(samples: Int16Array, edge: number): Int16Array {
  const isAudible = (sample: number) => Math.abs(sample) > audible;
  const first = samples.findIndex(isAudible);
  if (first < 0) return new Int16Array(0);
  return samples.slice(Math.max(0, first - edge), samples.findLastIndex(isAudible) + 1 + edge);
}
