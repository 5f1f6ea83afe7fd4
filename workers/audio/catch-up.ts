import { delay } from '../delay.ts';

export interface CatchUpOptions {
  /** Sequence of the room's latest chunk now, 0 when there is none. Throws when it cannot be known. */
  findLast: () => Promise<number>;
  /** Everything before is behind us already. */
  from: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** How far the chunks that waited at the start have been read. */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #done = Promise.withResolvers<'caught up'>();
  #readUpTo: number;
  #last = Infinity;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#readUpTo = options.from - 1;
  }

  /** The chunk at this sequence was read. */
  read(seq: number): void {
    this.#readUpTo = Math.max(this.#readUpTo, seq);
    if (this.#readUpTo >= this.#last) this.#done.resolve('caught up');
  }

  /** Resolves, never rejects, once everything that waited was read, or says what was in the way, for people. */
  async over(): Promise<string> {
    const { timeoutMs, signal } = this.#options;
    const waiting = new AbortController();
    const end = delay(timeoutMs, AbortSignal.any([waiting.signal, signal]));
    try {
      const late = end.then(() => `not read within ${timeoutMs} ms`);
      return await Promise.race([this.#findLast().then(async () => await this.#done.promise), late]);
    } catch (error) {
      return `its end is not known: ${String(error)}`;
    } finally {
      waiting.abort();
    }
  }

  async #findLast(): Promise<void> {
    this.#last = await this.#options.findLast();
    this.read(0);
  }
}
