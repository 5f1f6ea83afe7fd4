import type { EngineError } from '../endpoint.ts';

/** Refusals that may be of this text alone, or of what was asked with it; 0: there was no HTTP. */
const textStatuses: readonly number[] = [0, 400, 413, 422];

/**
 * Whether a refusal is the endpoint's fault. What it refuses to all (a key, an address that is not there, a redirect) is; what may be of the
 * text is once another text was refused before it, and none spoken in between.
 */
export class Refusals {
  #refusedText: string | undefined;

  isFault({ code, status }: EngineError, text: string): boolean {
    if (code !== 'refused' || !textStatuses.includes(status)) return true;
    const isAnother = this.#refusedText !== undefined && this.#refusedText !== text;
    this.#refusedText = text;
    return isAnother;
  }

  /** It spoke. */
  clear(): void {
    this.#refusedText = undefined;
  }
}
