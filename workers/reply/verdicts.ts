import type { LiveEvent } from '../../protocol/event.ts';
import type { Bus } from '../bus.ts';
import type { Verdict } from './outcome.ts';
import { publishOutcome } from './outcome.ts';

export interface VerdictsOptions {
  bus: Pick<Bus, 'publish'>;
  signal: AbortSignal;
  /** Work was begun (+1) or finished (-1). */
  onWork: (change: 1 | -1) => void;
  count: (name: string) => void;
  /** It is safe on the bus. */
  onSettled: (eventId: string) => void;
}

/** Writes outcomes down without holding up who comes next: who waits is bounded by what the bus gives out. */
export class Verdicts {
  readonly #options: VerdictsOptions;
  readonly #settling = new Set<Promise<void>>();

  constructor(options: VerdictsOptions) {
    this.#options = options;
  }

  settle(event: LiveEvent, verdict: Verdict): void {
    const { bus, signal, onWork, count, onSettled } = this.#options;
    onWork(1);
    const settling = publishOutcome(bus, event, verdict, signal)
      .then(() => {
        count(verdict.what);
        onSettled(event.id);
      })
      .catch((error: unknown) => {
        // The signal says stop: it stays with the bus.
        if (!signal.aborted) throw error;
      })
      .finally(() => {
        onWork(-1);
        this.#settling.delete(settling);
      });
    this.#settling.add(settling);
  }

  async settled(): Promise<void> {
    while (this.#settling.size > 0) await Promise.all(this.#settling);
  }
}
