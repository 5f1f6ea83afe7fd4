import { EngineError } from '../endpoint.ts';
import type { Clock } from './clock.ts';

/** Refusals that may be of this text alone, or of what was asked with it; 0: there was no HTTP. */
const textStatuses: readonly number[] = [0, 400, 413, 422];

export interface RefusalsOptions {
  /** Of the endpoint, for messages. */
  name: string;
  clock: Clock;
  /** However long it asks to be left alone. */
  mostMs: number;
}

/**
 * Whether a refusal is the endpoint's fault. What it refuses to all (a key, an address that is not there, a redirect) is; what may be of the
 * text is once another text was refused before it, and none spoken in between. Being busy is none; one that says until when is not asked before.
 */
export class Refusals {
  readonly #options: RefusalsOptions;
  #refusedText: string | undefined;
  #busyUntil = -Infinity;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  isFault({ code, status, retryAfterMs }: EngineError, text: string): boolean {
    const { clock, mostMs } = this.#options;
    if (code === 'busy') {
      if (retryAfterMs > 0) this.#busyUntil = clock.now() + Math.min(retryAfterMs, mostMs);
      return false;
    }
    if (code !== 'refused' || !textStatuses.includes(status)) return true;
    const isAnother = this.#refusedText !== undefined && this.#refusedText !== text;
    this.#refusedText = text;
    return isAnother;
  }

  /** Throws EngineError, with the time that is left, as long as it asked to be left alone. */
  assertOver(): void {
    const retryAfterMs = this.#busyUntil - this.#options.clock.now();
    if (retryAfterMs <= 0) return;
    const message = `${this.#options.name} asked to be left alone for ${Math.ceil(retryAfterMs)} ms more`;
    throw new EngineError('busy', message, { retryAfterMs });
  }

  /** It spoke. */
  clear(): void {
    this.#refusedText = undefined;
    this.#busyUntil = -Infinity;
  }
}
