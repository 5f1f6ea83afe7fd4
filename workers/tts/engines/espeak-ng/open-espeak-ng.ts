import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import type { SystemEspeakConfig } from '../../../../protocol/tts-config.ts';
import type { Endpoint, Engine, RawSound, SpeakOptions, SpokenText } from '../../endpoint.ts';
import { EngineError } from '../../endpoint.ts';
import { WavReader } from '../../wav-stream.ts';
import type { EngineParts } from '../engine-parts.ts';
import { plainDraw, warmUpText } from '../warm-up.ts';
import { ProgramMissingError, runEspeak } from './run-espeak.ts';

const wordsPerMinute = 175;
const slowest = 80;
const fastest = 450;
const install =
  'install it (Debian and Ubuntu: apt install espeak-ng; macOS: brew install espeak-ng), or say in "program" where it is';

/** The program espeak-ng of the system, run once per sentence. */
export function openEspeakNg(config: SystemEspeakConfig, { path }: Pick<EngineParts, 'path'>): Engine {
  return {
    id: config.id,
    type: config.type,
    endpoints: [new EspeakNgEndpoint(config, path)],
    draws: { seeds: false, safer: false, whole: false },
  };
}

/** It has one voice, the configured: segments name those of other engines, and an unknown one is an error there. */
class EspeakNgEndpoint implements Endpoint {
  readonly name: string;
  readonly slots: number;
  readonly #config: SystemEspeakConfig;
  readonly #path: string;
  readonly #running = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(config: SystemEspeakConfig, path: string) {
    this.name = config.id;
    this.slots = config.slots;
    this.#config = config;
    this.#path = path;
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    const { program, voice } = this.#config;
    try {
      const speaking = { draw: plainDraw, signal, onFirstByte: () => undefined };
      await this.speak(warmUpText('zh'), speaking);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { cause } = error instanceof EngineError ? error : {};
      if (cause instanceof ProgramMissingError)
        throw new ConfigurationError([
          {
            path: `${this.#path}.program`,
            message: `must be a program that can be started, got "${program}"; ${install}`,
          },
        ]);
      if (/voice does not exist/i.test(message))
        throw new ConfigurationError([
          { path: `${this.#path}.voice`, message: `must be a voice of espeak-ng, got "${voice}"` },
        ]);
      throw error;
    }
  }

  async speak({ text, speed }: SpokenText, { signal, onFirstByte }: SpeakOptions): Promise<RawSound> {
    const { voice } = this.#config;
    const rate = Math.round(Math.max(slowest, Math.min(fastest, wordsPerMinute * speed)));
    const reader = new WavReader();
    await this.#run(['-v', voice, '-s', `${rate}`, '-b', '1', '--stdin', '--stdout'], {
      text,
      signal,
      onOutput: (bytes) => {
        const before = reader.length;
        reader.push(bytes);
        if (before === 0 && reader.length > 0) onFirstByte();
      },
    });
    const sound = reader.end();
    if (sound.samples.length === 0)
      throw new EngineError('garbage', `${this.#config.program} wrote no sound`);
    return sound;
  }

  async probe(signal: AbortSignal): Promise<void> {
    await this.#run(['--version'], { text: '', signal, onOutput: () => undefined });
  }

  /** Ends what runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new EngineError('unreachable', `${this.name} is closed`));
    await Promise.allSettled(this.#running);
  }

  async #run(
    args: readonly string[],
    { signal, ...run }: Pick<Parameters<typeof runEspeak>[0], 'text' | 'signal' | 'onOutput'>,
  ): Promise<void> {
    const { program, totalMs, maxBytes } = this.#config;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const running = runEspeak({ program, args, totalMs, maxBytes, signal: either, ...run });
    this.#running.add(running);
    try {
      await running;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProgramMissingError)
        throw new EngineError('unreachable', error.message, { cause: error });
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }
}
