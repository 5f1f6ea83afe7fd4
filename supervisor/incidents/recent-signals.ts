import type { Signal, SignalKind } from './signal.ts';

const maxSignals = 400;
/** Three are enough to tell a habit from an accident, and so a flood of one kind cannot wash out the others. */
const maxOfSort = 3;

/** What was told lately, for finding causes: the latest of each kind and component, bounded. */
export class RecentSignals {
  #signals: Signal[] = [];

  add(signal: Signal): void {
    const same = this.#signals.filter(
      ({ kind, component }) => kind === signal.kind && component === signal.component,
    );
    const [oldest] = same.length >= maxOfSort ? same : this.#signals;
    const isFull = same.length >= maxOfSort || this.#signals.length >= maxSignals;
    if (isFull) this.#signals = this.#signals.filter((other) => other !== oldest);
    this.#signals.push(signal);
  }

  /** Oldest first. */
  get all(): readonly Signal[] {
    return this.#signals;
  }

  /** Whether this child's end was wanted: it was retired, and has not been started anew since. */
  isPlannedEnd({ kind, child }: Signal): boolean {
    if (kind !== 'exited' || child === '') return false;
    const lives: SignalKind[] = ['retired', 'spawned'];
    return (
      this.#signals.findLast((other) => other.child === child && lives.includes(other.kind))?.kind ===
      'retired'
    );
  }
}
