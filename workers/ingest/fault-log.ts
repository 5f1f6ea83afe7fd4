import type { Logger } from '../logger.ts';

const maxKinds = 100;

/** Warns of what may come a thousand times a second: the first of a kind at once, then at most one line per `everyMs`, with the number. */
export class FaultLog {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #everyMs: number;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { at: number; since: number }>();

  constructor(log: Pick<Logger, 'warn'>, { everyMs = 10_000, now = Date.now } = {}) {
    this.#log = log;
    this.#everyMs = everyMs;
    this.#now = now;
  }

  report(kind: string, fields: Record<string, unknown>, text: string): void {
    const now = this.#now();
    const known = this.#kinds.get(kind);
    if (known && now - known.at < this.#everyMs) {
      known.since += 1;
      return;
    }
    if (!known && this.#kinds.size >= maxKinds) return;
    this.#kinds.set(kind, { at: now, since: 0 });
    this.#log.warn({ ...fields, fault: kind, times: (known?.since ?? 0) + 1 }, text);
  }
}
