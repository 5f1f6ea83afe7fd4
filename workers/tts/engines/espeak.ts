import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { TtsConfig } from '../../../protocol/config.ts';
import type { Logger } from '../../logger.ts';
import type { Engine, Sound, SpeechRequest } from '../engine.ts';
import type { EspeakResult, EspeakTask } from './espeak-task.ts';
import { ThreadPool } from './thread-pool.ts';

export interface EspeakOptions {
  config: Pick<TtsConfig, 'voice' | 'speed' | 'threads'>;
  log: Logger;
}

/** As long as an ordinary sentence, so that the first one finds everything compiled. */
const warmUpText = '大家好，欢迎来到直播间，今天的宝贝都在下方。';
const packageName = '@echogarden/espeak-ng-emscripten';

/** The embedded voice: espeak-ng as WASM, in threads. Needs no network, no model and no graphics card, and sounds like it. */
export function openEspeak(options: EspeakOptions): Engine {
  assertInstalled();
  return new Espeak(options);
}

class Espeak implements Engine {
  readonly name = 'espeak';
  readonly slots: number;
  readonly #config: EspeakOptions['config'];
  readonly #log: Logger;
  readonly #pool: ThreadPool<EspeakTask, EspeakResult>;
  readonly #unknownVoices = new Set<string>();

  constructor({ config, log }: EspeakOptions) {
    this.#config = config;
    this.#log = log;
    this.slots = config.threads.max;
    this.#pool = new ThreadPool({
      file: new URL('espeak-task.ts', import.meta.url),
      threads: config.threads,
      log,
    });
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    const { voice, speed, threads } = this.#config;
    // The pool gives each task to a free thread, and none is free twice before it has answered.
    const warmings = Array.from({ length: threads.min }, async () => {
      const { voiceKnown } = await this.#run({ text: warmUpText, voice, speed }, signal);
      if (!voiceKnown)
        throw new ConfigurationError([
          { path: 'tts.voice', message: `must be a voice of espeak, got "${voice}"` },
        ]);
    });
    await Promise.all(warmings);
  }

  async synthesise(request: SpeechRequest, signal: AbortSignal): Promise<Sound> {
    const { pcm, sampleRateHz, figures, voiceKnown } = await this.#run(request, signal);
    if (!voiceKnown) this.#sayUnknown(request.voice);
    return { pcm, sampleRateHz, figures };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }

  async #run(request: SpeechRequest, signal: AbortSignal): Promise<EspeakResult> {
    return await this.#pool.run({ ...request, fallbackVoice: this.#config.voice }, signal);
  }

  /** Segments may name voices of another engine: once per name is enough, and the names are not ours to count on. */
  #sayUnknown(voice: string): void {
    if (this.#unknownVoices.has(voice) || this.#unknownVoices.size >= 100) return;
    this.#unknownVoices.add(voice);
    this.#log.warn({ voice, instead: this.#config.voice }, 'no such voice');
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
