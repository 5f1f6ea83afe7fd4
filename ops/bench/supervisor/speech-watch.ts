import type { Bus } from '../../../workers/bus.ts';

const maxSeen = 5_000;

/** Tells when a sentence is given to the voice that it has not spoken yet, and so has to work on for a while. */
export class SpeechWatch implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #seen = new Set<string>();
  readonly #ended: Promise<void>;
  #onNew = Promise.withResolvers<void>();

  constructor(bus: Bus, room: string) {
    this.#ended = this.#listen(bus, room);
  }

  /** Resolves at the next one; the caller bounds the wait. */
  next(): Promise<void> {
    return this.#onNew.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  async #listen(bus: Bus, room: string): Promise<void> {
    for await (const { message } of bus.listen(`live.${room}.speech.>`, this.#over.signal)) {
      if (message.type !== 'segment' || this.#seen.has(message.body.text)) continue;
      if (this.#seen.size >= maxSeen) this.#seen.clear();
      this.#seen.add(message.body.text);
      this.#onNew.resolve();
      this.#onNew = Promise.withResolvers<void>();
    }
  }
}
