import type { Opening, Source } from './source.ts';

/** A source that can be begun anew: as another visitor, with nothing of what it had remembered. */
export class RenewableSource implements Source {
  readonly platform: string;
  readonly #open: (isFirst: boolean) => Source;
  #source: Source;

  /** `open` makes one; only the first may go on where an earlier process was. */
  constructor(open: (isFirst: boolean) => Source) {
    this.#open = open;
    this.#source = open(true);
    this.platform = this.#source.platform;
  }

  async open(signal: AbortSignal): Promise<Opening> {
    return await this.#source.open(signal);
  }

  /** Only between two connections. */
  async renew(): Promise<void> {
    await this.#source[Symbol.asyncDispose]();
    this.#source = this.#open(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source[Symbol.asyncDispose]();
  }
}
