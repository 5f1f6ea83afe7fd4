/** The part that is used of a package that brings no types; seen in its version 0.3.5. It is optional and under GPL-3.0. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface EspeakWorker {
    /** 0 when the voice is known. Each call leaks a little. */
    set_voice(name: string): number;
    get_samplerate(): number;
    /** Words per minute; 175 from the start. */
    set_rate(rate: number): void;
    /** Calls back about ten times per second of sound, with a copy of the samples; done when it returns. */
    synthesize(text: string, onSound: (samples: Int16Array | null) => boolean): void;
  }
  export interface Espeak {
    /** Gives a promise, although it is a constructor. */
    eSpeakNGWorker: new () => EspeakWorker & PromiseLike<EspeakWorker>;
  }
  export default function load(): Promise<Espeak>;
}
