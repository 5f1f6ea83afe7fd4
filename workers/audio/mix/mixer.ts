import type { AudioConfig } from '../../../protocol/config.ts';
import type { Priority } from '../../../protocol/speech.ts';
import { frameSamples } from '../format.ts';
import { gainOf } from './decibels.ts';
import { Ducking } from './ducking.ts';
import { Limiter } from './limiter.ts';

/** What lies under the voice. */
export interface Underlay {
  /** Puts the next frame into `into`, or leaves it alone and returns false: there is none now. */
  read(into: Float64Array): boolean;
}

export interface MixerOptions {
  audio: Pick<AudioConfig, 'music' | 'earcons' | 'loudness'>;
  music?: Underlay;
}

/**
 * Everything that is heard at once, frame by frame: the voice, music under it, and an earcon where an answer begins; limited at the end,
 * whatever comes together. A frame with nothing but a voice below the ceiling leaves as it came.
 */
export class Mixer {
  readonly #music: Underlay | undefined;
  readonly #musicGain: number;
  readonly #earconGain: number;
  readonly #ducking: Ducking;
  readonly #limiter: Limiter;
  readonly #under = new Float64Array(frameSamples);
  readonly #mixed = new Float64Array(frameSamples);
  readonly #earcons = new Map<Priority, Int16Array>();
  #earcon: { pcm: Int16Array; at: number } | undefined;
  #volume = 1;
  #hasMusic = false;

  constructor({ audio, music }: MixerOptions) {
    this.#music = music;
    this.#musicGain = gainOf(audio.music.levelDb);
    this.#earconGain = gainOf(audio.earcons.levelDb);
    this.#ducking = new Ducking(audio.music);
    this.#limiter = new Limiter(audio.loudness);
  }

  /** There is music, and it is down because somebody speaks. */
  get isDucking(): boolean {
    return this.#hasMusic && this.#ducking.isDucking;
  }

  /** What is to be heard where an answer of this priority begins. */
  keep(priority: Priority, earcon: Int16Array): void {
    this.#earcons.set(priority, earcon);
  }

  /** An utterance begins with the next frame. */
  begin(priority: Priority): void {
    const pcm = this.#earcons.get(priority);
    if (pcm) this.#earcon = { pcm, at: 0 };
  }

  /**
   * What leaves, for one frame of the voice; the frame itself may be changed. What is beside the voice is as loud as `volume` says (0 to 2)
   * at the frame's end.
   */
  mix(voice: Int16Array, isSpeaking: boolean, volume = 1): Int16Array {
    this.#hasMusic = this.#music?.read(this.#under) ?? false;
    if (!this.#hasMusic) this.#under.fill(0);
    this.#ducking.apply(this.#under, isSpeaking);
    const from = this.#volume;
    const slope = (volume - from) / frameSamples;
    this.#volume = volume;
    for (let n = 0; n < frameSamples; n++) {
      const beside = (this.#under[n] ?? 0) * this.#musicGain + this.#nextOfEarcon() * this.#earconGain;
      this.#mixed[n] = (voice[n] ?? 0) + beside * (from + slope * (n + 1));
    }
    this.#limiter.limit(this.#mixed, voice);
    return voice;
  }

  #nextOfEarcon(): number {
    const earcon = this.#earcon;
    if (!earcon) return 0;
    const value = earcon.pcm[earcon.at] ?? 0;
    earcon.at += 1;
    if (earcon.at >= earcon.pcm.length) this.#earcon = undefined;
    return value;
  }
}
