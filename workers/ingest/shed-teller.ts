import type { Outcome } from '../../protocol/speech.ts';
import { outcomeId } from '../../protocol/ids.ts';
import { outcomeSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import type { FaultLog } from './fault-log.ts';
import type { Journal } from './journal/journal.ts';
import type { Shed } from './journal/record.ts';
import { shedIds } from './journal/record.ts';
import type { Tally } from './tally.ts';

interface ShedTellerOptions {
  bus: Pick<Bus, 'publish'>;
  tally: Pick<Tally, 'count'>;
  faults: FaultLog;
  /** Some of it is done. */
  onTold: () => void;
  signal: AbortSignal;
}

/** Fewer than events may be on their way: those are what listeners wait for. */
const atOnce = 8;

/**
 * Writes down what became of the events that the journal had no place for: one outcome each, `shed`. What was told of twice, because a
 * process ended in the middle, the bus knows by its id. It goes on beside the events, which wait for none of it.
 */
export class ShedTeller implements AsyncDisposable {
  readonly #options: ShedTellerOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #running: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(options: ShedTellerOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  start(journal: Pick<Journal, 'nextShed' | 'shedTold'>): void {
    this.#running = this.#run(journal);
  }

  /** There may be something to tell. */
  look(): void {
    this.#wake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The outbox is closed'));
    this.look();
    await this.#running;
  }

  async #run(journal: Pick<Journal, 'nextShed' | 'shedTold'>): Promise<void> {
    const { onTold, faults } = this.#options;
    this.#signal.addEventListener('abort', () => this.look(), { once: true });
    while (!this.#signal.aborted) {
      this.#wake = Promise.withResolvers();
      try {
        for (let entry = await journal.nextShed(); entry; entry = await journal.nextShed()) {
          await this.#tell(entry.shed);
          journal.shedTold(entry);
          onTold();
        }
      } catch (error) {
        // The signal says stop: it stays in the journal for a successor.
        if (this.#signal.aborted) return;
        faults.report('shed-untold', { err: error }, 'outcomes of shed events not written');
      }
      await this.#wake.promise;
    }
  }

  async #tell(shed: Shed): Promise<void> {
    const { bus, tally } = this.#options;
    const { room, reason } = shed;
    const all = [...shedIds(shed)];
    for (let at = 0; at < all.length; at += atOnce) {
      await Promise.all(
        all.slice(at, at + atOnce).map(async ({ id, kind }) => {
          const outcome: Outcome = {
            what: 'shed',
            room,
            eventId: id,
            eventKind: kind,
            paid: false,
            utteranceId: '',
            reason,
            text: '',
            at: Date.now(),
            by: 'ingest',
            nickname: '',
          };
          await bus.publish(outcomeSubject(room, 'shed'), 'outcome', outcome, {
            msgId: outcomeId(id),
            signal: this.#signal,
          });
          tally.count('shedTold');
        }),
      );
    }
  }
}
