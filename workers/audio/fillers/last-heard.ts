import type { Playhead } from '../../../protocol/speech.ts';

/** Nothing was heard for longer: the show begins anew, and is not hurried into speaking. */
const sameShowMs = 60_000;

/** When the room was last heard by its listeners, as far as a process can know that did not play itself. Pure. */
export class LastHeard {
  #at = -Infinity;

  /** A playhead of whoever plays. */
  hear({ state, at }: Pick<Playhead, 'state' | 'at'>): void {
    if (state === 'speaking' || state === 'filling' || state === 'yielding') this.note(at);
  }

  /** Something was heard then, in unix milliseconds. */
  note(at: number): void {
    this.#at = Math.max(this.#at, at);
  }

  /** How long it has been silent; 0 when that is not known. */
  silentMs(now: number): number {
    const silentMs = Math.max(0, now - this.#at);
    return silentMs < sameShowMs ? silentMs : 0;
  }
}
