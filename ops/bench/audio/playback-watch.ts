import { playheadSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../../workers/bus.ts';

/** Counts which states the playback of a room is in, as its playheads tell. */
export class PlaybackWatch implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #ended: Promise<void>;
  readonly #counts = new Map<string, number>();

  constructor(bus: Bus, room: string) {
    this.#ended = this.#listen(bus, room);
  }

  /** For people: each state and how much of the time it was. */
  shares(): string {
    const all = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    const share = (count: number) => `${Math.round((100 * count) / all)} %`;
    return [...this.#counts].map(([state, count]) => `${state} ${share(count)}`).join(', ') || 'not known';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  async #listen(bus: Bus, room: string): Promise<void> {
    for await (const { message } of bus.listen(playheadSubject(room), this.#over.signal)) {
      if (message.type !== 'playhead') continue;
      const { state } = message.body;
      this.#counts.set(state, (this.#counts.get(state) ?? 0) + 1);
    }
  }
}
