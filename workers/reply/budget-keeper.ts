import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import { within } from '../within.ts';
import type { BudgetStore, DailyUse } from './model/budget.ts';

/** No room has such a name with a dot. */
const key = 'model.daily';
const requestMs = 1_000;
const maxAttempts = 5;

const useSchema = z.object({ day: z.string(), requests: z.int().min(0), tokens: z.int().min(0) });

/**
 * What models have used today, of all processes together, in the bucket: each adds what it has used since it last wrote. Throws when
 * the bucket does not answer in time; what was not added then is added the next time.
 */
export class BudgetKeeper implements BudgetStore {
  readonly #bucket: () => Promise<Pick<KV, 'get' | 'create' | 'update'>>;
  readonly #signal: AbortSignal;
  /** As it was last loaded or saved by this process: what it knows beyond that is its own. */
  #known: DailyUse = { day: '', requests: 0, tokens: 0 };

  constructor(bucket: () => Promise<Pick<KV, 'get' | 'create' | 'update'>>, signal: AbortSignal) {
    this.#bucket = bucket;
    this.#signal = signal;
  }

  async load(): Promise<DailyUse | undefined> {
    const { use } = await this.#read(await this.#soon(this.#bucket()));
    if (use) this.#known = use;
    return use;
  }

  /** Returns what all have used. */
  async save(use: DailyUse): Promise<DailyUse> {
    const bucket = await this.#soon(this.#bucket());
    const isSameDay = use.day === this.#known.day;
    const requests = use.requests - (isSameDay ? this.#known.requests : 0);
    const tokens = use.tokens - (isSameDay ? this.#known.tokens : 0);
    for (let attempt = 1; ; attempt++) {
      const { use: kept, revision } = await this.#read(bucket);
      const base = kept?.day === use.day ? kept : { requests: 0, tokens: 0 };
      const all = { day: use.day, requests: base.requests + requests, tokens: base.tokens + tokens };
      const json = JSON.stringify(all);
      try {
        await this.#soon(revision === 0 ? bucket.create(key, json) : bucket.update(key, json, revision));
      } catch (error) {
        // Another process was faster.
        if (attempt < maxAttempts && !this.#signal.aborted) continue;
        throw error;
      }
      this.#known = all;
      return all;
    }
  }

  async #read(bucket: Pick<KV, 'get'>): Promise<{ use: DailyUse | undefined; revision: number }> {
    const entry = await this.#soon(bucket.get(key));
    if (!entry) return { use: undefined, revision: 0 };
    if (entry.operation !== 'PUT') return { use: undefined, revision: entry.revision };
    let value: unknown;
    try {
      value = JSON.parse(entry.string());
    } catch {
      // Damaged: it is replaced.
    }
    return { use: useSchema.safeParse(value).data, revision: entry.revision };
  }

  async #soon<T>(request: Promise<T>): Promise<T> {
    return await within(request, requestMs, this.#signal);
  }
}
