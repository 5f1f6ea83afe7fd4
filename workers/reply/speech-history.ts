import type { Segment } from '../../protocol/speech.ts';

/** Redeliveries concern what was unacked when a process ended; the consumer allows fewer than these. */
const maxAnswered = 5_000;
/** One process leaves one behind at most. */
const maxUnfinished = 100;

/** An utterance that is not there whole: its first segment, and the highest index that is there. */
export interface Unfinished {
  first: Segment;
  reached: number;
}

/** What the segments of a room say about what has been done already: the stream is the memory that survives a process. */
export class SpeechHistory {
  readonly #answered = new Set<string>();
  readonly #unfinished = new Map<string, Unfinished>();

  add(segment: Segment): void {
    for (const { eventId } of segment.causes) this.addAnswered(eventId);
    if (segment.index === 0 && !segment.last) {
      this.#unfinished.set(segment.utteranceId, { first: segment, reached: 0 });
      forgetOldest(this.#unfinished, maxUnfinished);
    }
    const unfinished = this.#unfinished.get(segment.utteranceId);
    if (unfinished) unfinished.reached = Math.max(unfinished.reached, segment.index);
    if (segment.last) this.#unfinished.delete(segment.utteranceId);
  }

  addAnswered(eventId: string): void {
    this.#answered.add(eventId);
    forgetOldest(this.#answered, maxAnswered);
  }

  /** Whether an event has an utterance or an outcome. */
  hasAnswered(eventId: string): boolean {
    return this.#answered.has(eventId);
  }

  /** Utterances of which a process ended before it had published them whole; asked once, by who finishes them. */
  takeUnfinished(): Unfinished[] {
    const unfinished = [...this.#unfinished.values()];
    this.#unfinished.clear();
    return unfinished;
  }
}

function forgetOldest(
  keys: { size: number; keys(): Iterable<string>; delete(key: string): boolean },
  most: number,
) {
  for (const oldest of keys.keys()) {
    if (keys.size <= most) return;
    keys.delete(oldest);
  }
}
