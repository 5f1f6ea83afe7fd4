import { outcomeSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../bus.ts';
import { toOutcomes } from '../outcomes.ts';
import { readAiring } from './airing-id.ts';

export interface AiredLogOptions {
  room: string;
  bus: Pick<Bus, 'publish'>;
  counters: Record<string, number>;
  signal: AbortSignal;
}

/** Half a day of nothing but fillers. */
const most = 10_000;

/**
 * Brings what was heard of fillers into the ledger, beside the outcomes of real speech, which never wait for it. While the bus is away
 * they wait; what is too much falls off at the old end, and is counted.
 */
export class AiredLog {
  readonly #options: AiredLogOptions;
  #waiting: { utteranceId: string; text: string }[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: AiredLogOptions) {
    this.#options = options;
  }

  add(aired: { utteranceId: string; text: string }): void {
    const { counters } = this.#options;
    this.#waiting.push(aired);
    if (this.#waiting.length > most) {
      this.#waiting.shift();
      counters['fillers.unwritten'] = (counters['fillers.unwritten'] ?? 0) + 1;
    }
    this.#writing ??= this.#write();
  }

  /** Resolves once everything is in the ledger, or the signal says stop. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    // Begins after `#writing` is set, so that its end is not overwritten.
    await Promise.resolve();
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await this.#publish(next);
    this.#writing = undefined;
  }

  async #publish({ utteranceId, text }: { utteranceId: string; text: string }): Promise<void> {
    const { room, bus, signal } = this.#options;
    const at = readAiring(utteranceId)?.at ?? Date.now();
    const ending = { utteranceId, what: 'spoken' as const, reason: 'filler', text, causes: [] };
    try {
      for (const { msgId, outcome } of toOutcomes(ending, room, at))
        await bus.publish(outcomeSubject(room, outcome.what), 'outcome', outcome, { msgId, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
