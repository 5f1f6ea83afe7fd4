import type { ModelConfig } from '../../../protocol/reply/model-config.ts';

/** What a day has used. */
export interface DailyUse {
  /** 2026-11-28, UTC. */
  day: string;
  requests: number;
  tokens: number;
}

/** Where it survives the process. Missing: it does not. */
export interface BudgetStore {
  load(): Promise<DailyUse | undefined>;
  /** May tell what others have used as well. */
  save(use: DailyUse): Promise<DailyUse | void>;
}

export type Refusal = 'rate' | 'requests of the day' | 'tokens of the day';

/** How often and how much models are asked: a bucket that fills steadily, and what a day may use. Pure; `now` in unix milliseconds. */
export class Budget {
  readonly #config: Pick<ModelConfig, 'rate' | 'daily'>;
  #use: DailyUse;
  #filled: { tokens: number; at: number };

  constructor(config: Pick<ModelConfig, 'rate' | 'daily'>, used: DailyUse | undefined, now: number) {
    this.#config = config;
    this.#use = used ?? { day: dayOf(now), requests: 0, tokens: 0 };
    this.#filled = { tokens: config.rate.capacity, at: now };
  }

  get use(): DailyUse {
    return { ...this.#use };
  }

  /** Takes one request; tells why there is none. */
  take(now: number): Refusal | undefined {
    this.#turnDay(now);
    const { daily } = this.#config;
    if (daily.requests > 0 && this.#use.requests >= daily.requests) return 'requests of the day';
    if (daily.tokens > 0 && this.#use.tokens >= daily.tokens) return 'tokens of the day';
    const filled = this.#fill(now);
    this.#filled = { tokens: filled < 1 ? filled : filled - 1, at: now };
    if (filled < 1) return 'rate';
    this.#use.requests += 1;
    return undefined;
  }

  /** The same for what can wait: only while as many may come at once as ever. */
  takeSpare(now: number): Refusal | undefined {
    return this.#fill(now) < this.#config.rate.capacity ? 'rate' : this.take(now);
  }

  /** Others have used something as well: `all` is what there was in all when this one had used `own`. */
  adopt(all: DailyUse, own: DailyUse): void {
    if (all.day !== this.#use.day || own.day !== this.#use.day) return;
    this.#use.requests += all.requests - own.requests;
    this.#use.tokens += all.tokens - own.tokens;
  }

  /** What is left of the day; undefined: there is no limit. */
  left(now: number): { requests: number | undefined; tokens: number | undefined } {
    this.#turnDay(now);
    const { daily } = this.#config;
    const of = (limit: number, used: number) => (limit > 0 ? Math.max(0, limit - used) : undefined);
    return { requests: of(daily.requests, this.#use.requests), tokens: of(daily.tokens, this.#use.tokens) };
  }

  spend(tokens: number, now: number): void {
    this.#turnDay(now);
    this.#use.tokens += tokens;
  }

  #fill(now: number): number {
    const { capacity, perSecond } = this.#config.rate;
    const { tokens, at } = this.#filled;
    return Math.min(capacity, tokens + (Math.max(0, now - at) * perSecond) / 1_000);
  }

  #turnDay(now: number): void {
    const day = dayOf(now);
    if (day !== this.#use.day) this.#use = { day, requests: 0, tokens: 0 };
  }
}

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** Roughly, for servers that do not tell: a Chinese character is one, four others are one. */
export function estimateTokens(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return han + Math.ceil((text.length - han) / 4);
}
