import load from '@echogarden/espeak-ng-emscripten';
import type { EspeakWorker } from '@echogarden/espeak-ng-emscripten';

const wordsPerMinute = 175;

export interface Spoken {
  samples: Int16Array<ArrayBuffer>;
  sampleRateHz: number;
}

/** The embedded voice, in this thread and untreated: what the engine gives, as it gives it. */
export class EmbeddedVoice {
  readonly #espeak: EspeakWorker;
  #voice = '';

  private constructor(espeak: EspeakWorker) {
    this.#espeak = espeak;
  }

  static async open(): Promise<EmbeddedVoice> {
    const { eSpeakNGWorker } = await load();
    return new EmbeddedVoice(await new eSpeakNGWorker());
  }

  speak(text: string, { voice, speed }: { voice: string; speed: number }): Spoken {
    if (voice !== this.#voice && this.#espeak.set_voice(voice) !== 0)
      throw new Error(`There is no voice "${voice}"`);
    this.#voice = voice;
    this.#espeak.set_rate(Math.round(wordsPerMinute * speed));
    const pieces: Int16Array[] = [];
    this.#espeak.synthesize(text, (piece) => {
      if (piece) pieces.push(piece);
      return false;
    });
    return { samples: join(...pieces), sampleRateHz: this.#espeak.get_samplerate() };
  }
}

/** One after the other. */
export function join(...pieces: Int16Array[]): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
