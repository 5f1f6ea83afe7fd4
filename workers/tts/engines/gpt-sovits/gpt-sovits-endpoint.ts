import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import type { GptSovitsConfig } from '../../../../protocol/tts-config.ts';
import { delay } from '../../../delay.ts';
import type { Endpoint, EngineFault, RawSound, SpeakOptions, SpokenText } from '../../endpoint.ts';
import { EngineError } from '../../endpoint.ts';
import type { SoundLimits } from '../../http/fetch-sound.ts';
import { fetchSound } from '../../http/fetch-sound.ts';
import { HttpLink } from '../../http/http-link.ts';
import { TimeLimitError, openTimeLimit } from '../../time-limit.ts';
import { WavReader } from '../../wav-stream.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { VoiceBook } from '../voice-book.ts';
import { blameConfiguration, plainDraw, warmUpLimits, warmUpText } from '../warm-up.ts';
import type { Abilities } from './abilities.ts';
import { readAbilities, readDescription } from './abilities.ts';
import { probe, restart } from './control.ts';
import type { GptSovitsVoice } from './request.ts';
import { buildRequest, chooseMode } from './request.ts';
import { endsInSentinel, isSentinel } from './sentinel.ts';
import { Weights } from './weights.ts';

export interface GptSovitsOptions extends EngineParts {
  name: string;
  address: string;
  config: GptSovitsConfig;
  voices: VoiceBook<GptSovitsVoice>;
}

/**
 * A stream that is given up goes on until it has its next piece. What is asked meanwhile would be spoken in crossed voices, and the server
 * has no way to say that it has stopped.
 */
const settleMs = 600;

/** Ended by us, before the server had ended it. */
const isGivenUp = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || (error instanceof EngineError && endedHere.has(error.code));
const endedHere = new Set<EngineFault>([
  'garbage',
  'too-large',
  'first-byte-timeout',
  'gap-timeout',
  'total-timeout',
]);

/**
 * One instance of GPT-SoVITS's `api_v2.py`. It does one thing at a time: more would be spoken in crossed voices by the one model that its threads
 * share. A success may be none there (see `isSentinel`), and when it streams, a connection that ends in the middle is how it tells an error.
 */
export class GptSovitsEndpoint implements Endpoint {
  readonly name: string;
  readonly slots = 1;
  readonly #options: GptSovitsOptions;
  readonly #link: HttpLink;
  readonly #weights: Weights;
  #abilities: (Abilities & { kind: 'api-v2' }) | undefined;
  #isBusy = false;

  constructor(options: GptSovitsOptions) {
    this.name = options.name;
    this.#options = options;
    this.#link = new HttpLink(options.address, { ...options.config, connections: this.slots });
    this.#weights = new Weights(this.#link);
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    await this.#alone(async () => await this.#warmUp(signal));
  }

  async speak(text: SpokenText, { draw, signal, onFirstByte }: SpeakOptions): Promise<RawSound> {
    const { config, voices } = this.#options;
    return await this.#alone(async () => {
      const voice = voices.find(text.voice);
      await this.#detect(signal);
      if (await this.#weights.load(voice, this.#patiently(signal))) await this.#sayFirst(voice, signal);
      try {
        return await this.#fetch(voice, text, { draw, signal, onFirstByte }, config);
      } catch (error) {
        if (draw.streamed && isGivenUp(error, signal))
          await delay(settleMs, AbortSignal.timeout(settleMs * 2));
        throw error;
      }
    });
  }

  async probe(signal: AbortSignal): Promise<void> {
    const { config } = this.#options;
    await this.#alone(async () => await probe(this.#link, { deadlines: config, signal }));
  }

  async restart(signal: AbortSignal): Promise<void> {
    const { config, log } = this.#options;
    const { readyMs } = config.restart;
    await this.#alone(async () => {
      using limit = openTimeLimit(readyMs, signal);
      log.info({ endpoint: this.name }, 'restarting the voice server');
      this.#forget();
      try {
        // Until it has finished what it does, it does not hear of the restart.
        const deadlines = { ...config, firstByteMs: config.totalMs };
        await restart(this.#link, { deadlines, signal: limit.signal });
        await this.#warmUp(limit.signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TimeLimitError)) throw error;
        throw new EngineError(
          'total-timeout',
          `${this.#link.origin} was not ready within ${readyMs} ms of its restart`,
        );
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  /** Weights are exchanged under whatever runs, and one request disturbs another: so a second one is turned away, whoever sends it. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isBusy) throw new EngineError('busy', `${this.#link.origin} already works on a request`);
    this.#isBusy = true;
    try {
      return await work();
    } catch (error) {
      // It was not there: what comes back may be another version, with other weights.
      if (error instanceof EngineError && (error.code === 'unreachable' || error.status === 422))
        this.#forget();
      throw error;
    } finally {
      this.#isBusy = false;
    }
  }

  #forget(): void {
    this.#abilities = undefined;
    this.#weights.forget();
  }

  async #warmUp(signal: AbortSignal): Promise<void> {
    const { voices } = this.#options;
    try {
      this.#abilities = undefined;
      await this.#detect(signal);
      await this.#weights.load(voices.usual, this.#patiently(signal));
      await this.#sayFirst(voices.usual, signal);
    } catch (error) {
      throw blameConfiguration(error, (message) => this.#pathOf(message));
    }
  }

  async #detect(signal: AbortSignal): Promise<Abilities & { kind: 'api-v2' }> {
    if (this.#abilities) return this.#abilities;
    const { config, log, path } = this.#options;
    const options = { deadlines: config, signal };
    const abilities = readAbilities(await readDescription(this.#link, options));
    if (abilities.kind === 'api-v1')
      throw new ConfigurationError([
        {
          path: `${path}.type`,
          message: `must be gpt-sovits-v1, since ${this.#link.origin} runs the older api.py`,
        },
      ]);
    // Without a description it is asked for nothing that an old one lacks; that it is one at all, the probe tells.
    if (abilities.kind === 'other') await probe(this.#link, options);
    const tokens = abilities.kind === 'api-v2' && abilities.tokens;
    this.#abilities = { kind: 'api-v2', tokens };
    const mode = chooseMode({ streaming: config.streaming, tokens, streamed: true });
    log.info({ endpoint: this.name, tokens, mode }, 'found out what the voice server can do');
    return this.#abilities;
  }

  /** Whole: only then are a missing reference and the like told, instead of a connection that ends. */
  async #sayFirst(voice: GptSovitsVoice, signal: AbortSignal): Promise<void> {
    const { config } = this.#options;
    const draw = { ...plainDraw, streamed: false };
    const speaking = { draw, signal, onFirstByte: () => undefined };
    const limits = warmUpLimits(config, config.restart.readyMs);
    await this.#fetch(voice, warmUpText(voice.textLang), speaking, limits);
  }

  async #fetch(
    voice: GptSovitsVoice,
    text: SpokenText,
    { draw, signal, onFirstByte }: SpeakOptions,
    limits: SoundLimits,
  ): Promise<RawSound> {
    const { config } = this.#options;
    const tokens = this.#abilities?.tokens ?? false;
    const mode = chooseMode({ streaming: config.streaming, tokens, streamed: draw.streamed });
    const body = JSON.stringify(buildRequest({ config, voice, text, draw, mode }));
    const headers = { 'content-type': 'application/json' };
    const reader = new WavReader();
    try {
      const sound = await fetchSound(
        this.#link,
        { method: 'POST', route: '/tts', headers, body },
        { limits, signal, onFirstByte, openReader: () => reader, empty: 'sentinel' },
      );
      if (isSentinel(sound)) throw this.#failedInside('answered with one second of silence');
      return sound;
    } catch (error) {
      const isMarked = error instanceof EngineError && error.code === 'cut-off' && endsInSentinel(reader);
      throw isMarked ? this.#failedInside('ended its answer with silence and a cut', error) : error;
    }
  }

  #failedInside(what: string, cause?: unknown): EngineError {
    return new EngineError('sentinel', `${this.#link.origin} failed inside: it ${what}`, {
      status: 200,
      cause,
    });
  }

  /** Weights take as long to load as a start. */
  #patiently(signal: AbortSignal) {
    const { config } = this.#options;
    return { deadlines: warmUpLimits(config, config.restart.readyMs), signal };
  }

  /** The part of the configuration that a refusal speaks of. */
  #pathOf(message: string): string {
    const { config, path, voices } = this.#options;
    const voice = `${path}.voices[${config.voices.indexOf(voices.usual)}]`;
    if (message.includes('/set_gpt_weights')) return `${voice}.gptWeights`;
    if (message.includes('/set_sovits_weights')) return `${voice}.sovitsWeights`;
    if (/prompt_text/i.test(message)) return `${voice}.promptText`;
    if (/prompt_lang/i.test(message)) return `${voice}.promptLang`;
    if (/text_lang/i.test(message)) return `${voice}.textLang`;
    if (/ref_audio|参考音频|reference|not exist|no such file|3.?[~-]\s?10/i.test(message))
      return `${voice}.refAudio`;
    return voice;
  }
}
