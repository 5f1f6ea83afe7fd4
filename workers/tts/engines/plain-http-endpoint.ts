import type { Endpoint, RawSound, SpeakOptions, SpokenText } from '../endpoint.ts';
import { ask, isInnerFault } from '../http/ask.ts';
import type { AnswerHead } from '../http/exchange.ts';
import type { SoundLimits } from '../http/fetch-sound.ts';
import { fetchSound } from '../http/fetch-sound.ts';
import type { LinkRequest } from '../http/http-link.ts';
import { HttpLink } from '../http/http-link.ts';
import type { SoundReader } from '../sound-reader.ts';
import { blameConfiguration, plainDraw, warmUpLimits } from './warm-up.ts';

/** What makes one kind of server differ from another that answers one request with one sound. */
export interface PlainHttpOptions {
  name: string;
  address: string;
  slots: number;
  limits: SoundLimits;
  buildRequest: (text: SpokenText, options: Pick<SpeakOptions, 'draw'>) => LinkRequest;
  openReader: (head: AnswerHead) => SoundReader;
  /** Has no effect, and is answered by a server that is there, with whatever but the errors of a gateway. */
  probe: LinkRequest;
  warmUpText: SpokenText;
  /** Where in the configuration stands what a refusal speaks of. */
  pathOf: (message: string) => string;
  /** Is awaited before the first request. Throws ConfigurationError. */
  prepare?: (signal: AbortSignal) => Promise<void>;
  secrets?: readonly string[];
}

/** One server that answers one request with one sound, and can nothing else. */
export class PlainHttpEndpoint implements Endpoint {
  readonly name: string;
  readonly slots: number;
  readonly #options: PlainHttpOptions;
  readonly #link: HttpLink;

  constructor(options: PlainHttpOptions) {
    this.name = options.name;
    this.slots = options.slots;
    this.#options = options;
    this.#link = new HttpLink(options.address, { ...options.limits, connections: this.slots });
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    const { limits, pathOf, warmUpText } = this.#options;
    const speaking = { draw: plainDraw, signal, onFirstByte: () => undefined };
    try {
      await this.#fetch(warmUpText, speaking, warmUpLimits(limits));
    } catch (error) {
      throw blameConfiguration(error, pathOf);
    }
  }

  async speak(text: SpokenText, options: SpeakOptions): Promise<RawSound> {
    return await this.#fetch(text, options, this.#options.limits);
  }

  async probe(signal: AbortSignal): Promise<void> {
    const { limits, probe } = this.#options;
    try {
      await ask(this.#link, probe, { deadlines: limits, signal });
    } catch (error) {
      // FastAPI may fail to describe itself: that it answers is enough.
      if (!isInnerFault(error)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  async #fetch(
    text: SpokenText,
    { draw, signal, onFirstByte }: SpeakOptions,
    limits: SoundLimits,
  ): Promise<RawSound> {
    const { buildRequest, openReader, prepare, secrets = [] } = this.#options;
    await prepare?.(signal);
    const options = { limits, signal, onFirstByte, openReader, secrets };
    return await fetchSound(this.#link, buildRequest(text, { draw }), options);
  }
}
