import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { TtsConfig } from '../../../protocol/config.ts';
import type { Logger } from '../../logger.ts';
import type { Endpoint, Engine, RawSound, SpeakOptions, SpokenText } from '../endpoint.ts';
import { unknownVoice } from '../gate/voice-profile.ts';
import type { Loudness } from '../loudness/leveller.ts';
import type { VoicePool } from '../voice-pool.ts';

export interface EmbeddedOptions {
  pool: VoicePool;
  config: Pick<TtsConfig, 'voice' | 'speed'>;
  /** Its first sound is finished too, so that threads are warm. */
  loudness: Loudness;
  log: Logger;
}

export const embeddedId = 'embedded';
/** As long as an ordinary sentence, so that the first one finds everything compiled. */
const warmUpText = '大家好，欢迎来到直播间，今天的宝贝都在下方。';
const packageName = '@echogarden/espeak-ng-emscripten';
const mostNamed = 100;

/** The embedded voice: espeak-ng as WASM, in threads. Needs no network, no model and no graphics card, and sounds like it. */
export function openEmbedded(options: EmbeddedOptions): Engine {
  assertInstalled();
  return {
    id: embeddedId,
    type: 'embedded',
    endpoints: [new EmbeddedEndpoint(options)],
    draws: { seeds: false, safer: false, whole: false },
  };
}

class EmbeddedEndpoint implements Endpoint {
  readonly name = embeddedId;
  readonly slots: number;
  readonly #options: EmbeddedOptions;
  readonly #unknownVoices = new Set<string>();

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.slots = options.pool.slots;
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    const { pool, config, loudness } = this.#options;
    const task = { text: warmUpText, voice: config.voice, fallbackVoice: config.voice, speed: config.speed };
    // The pool gives each task to a free thread, and none is free twice before it has answered.
    const warmings = Array.from({ length: pool.atFirst }, async () => {
      const { samples, sampleRateHz, voiceKnown } = await pool.speak(task, signal);
      if (!voiceKnown)
        throw new ConfigurationError([
          { path: 'tts.voice', message: `must be a voice of espeak, got "${config.voice}"` },
        ]);
      // What judges and levels is compiled by its first sound too.
      const expected = { text: task.text, speed: task.speed, voice: unknownVoice };
      const about = { loudness, voiceName: embeddedId, isTrusted: true };
      await pool.finish({ raw: { samples, sampleRateHz }, expected, ...about }, signal);
    });
    await Promise.all(warmings);
  }

  async speak({ text, voice, speed }: SpokenText, { signal, onFirstByte }: SpeakOptions): Promise<RawSound> {
    const { pool, config } = this.#options;
    const wanted = voice === '' ? config.voice : voice;
    const task = { text, voice: wanted, fallbackVoice: config.voice, speed };
    const { samples, sampleRateHz, voiceKnown } = await pool.speak(task, signal);
    if (!voiceKnown) this.#sayUnknown(wanted);
    onFirstByte();
    return { samples, sampleRateHz };
  }

  /** Its threads are ours: they are made again when they end. */
  async probe(): Promise<void> {
    await Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The pool is its owner's.
    await Promise.resolve();
  }

  /** Segments may name voices of another engine: once per name is enough, and the names are not ours to count on. */
  #sayUnknown(voice: string): void {
    if (this.#unknownVoices.has(voice) || this.#unknownVoices.size >= mostNamed) return;
    this.#unknownVoices.add(voice);
    this.#options.log.warn({ voice, instead: this.#options.config.voice }, 'no such voice');
  }
}

function assertInstalled(): void {
  try {
    import.meta.resolve(packageName);
  } catch (cause) {
    throw new Error(
      `Cannot start "tts": the embedded voice is an optional package and is not installed; run: npm install ${packageName}`,
      { cause },
    );
  }
}
