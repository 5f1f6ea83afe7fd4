import type { KV } from '@nats-io/kv';
import type { OutputDuty } from '../../duty.ts';
import { within } from '../../within.ts';
import type { KeptWordings } from './wording-table.ts';
import { keptWordingsSchema } from './wording-table.ts';

export interface WordingStoreOptions {
  /** The bucket `memory`. */
  bucket: () => Promise<Pick<KV, 'get' | 'create' | 'update'>>;
  duty: OutputDuty;
  signal: AbortSignal;
}

/** No room has such a name with a dot, and no part of a room's memory such a name. */
export const wordingsKey = 'rewriting.wordings';
const requestMs = 2_000;

/** The wordings of all lines, in one entry of the bucket. */
export class WordingStore {
  readonly #options: WordingStoreOptions;
  #revision: number | undefined;

  constructor(options: WordingStoreOptions) {
    this.#options = options;
  }

  /** What is kept; undefined: nothing, or nothing that can be read. Throws when the bucket does not answer in time. */
  async read(): Promise<KeptWordings | undefined> {
    const { bucket, signal } = this.#options;
    const kv = await within(bucket(), requestMs, signal);
    const entry = await within(kv.get(wordingsKey), requestMs, signal);
    this.#revision = entry?.revision ?? 0;
    if (entry?.operation !== 'PUT') return undefined;
    try {
      return keptWordingsSchema.parse(JSON.parse(entry.string()));
    } catch {
      // Damaged or of another version: it is made anew, which costs requests and nothing else.
      return undefined;
    }
  }

  /** Replaces what was read last. Throws when somebody else has written since, or nothing answers: to be read again before. */
  async write(kept: KeptWordings): Promise<void> {
    const { bucket, duty, signal } = this.#options;
    if (this.#revision === undefined) throw new Error('What is kept was not read before it is replaced');
    await duty.certain();
    const revision = this.#revision;
    this.#revision = undefined;
    const kv = await within(bucket(), requestMs, signal);
    const bytes = new TextEncoder().encode(JSON.stringify(kept));
    this.#revision = await within(
      revision === 0 ? kv.create(wordingsKey, bytes) : kv.update(wordingsKey, bytes, revision),
      requestMs,
      signal,
    );
  }
}
