import { outcomeSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import type { Ending } from './line.ts';
import { toOutcomes } from './outcomes.ts';

export interface SettlerOptions {
  room: string;
  bus: Pick<Bus, 'publish'>;
  signal: AbortSignal;
  /** All outcomes of this ending are in the ledger. */
  onSettled: (ending: Ending) => void;
}

/**
 * Publishes the outcomes of utterances that have ended, one after the other, and waits out an absent bus. What waits here is
 * bounded by the playlist, which keeps an ended utterance until it is settled.
 */
export class Settler {
  readonly #options: SettlerOptions;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  add(ending: Ending): void {
    this.#tail = this.#tail.then(async () => await this.#settle(ending));
  }

  /** Resolves once everything that was added is settled, or can never be because the signal says stop. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  async #settle(ending: Ending): Promise<void> {
    const { room, bus, signal, onSettled } = this.#options;
    try {
      for (const { msgId, outcome } of toOutcomes(ending, room, Date.now())) {
        await bus.publish(outcomeSubject(room, outcome.what), 'outcome', outcome, { msgId, signal });
      }
      onSettled(ending);
    } catch (error) {
      // Not settled: the successor finds the utterance unfinished in the playhead, and settles it.
      if (!signal.aborted) throw error;
    }
  }
}
