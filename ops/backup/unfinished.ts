import type { Cause, Outcome, Segment } from '../../protocol/speech.ts';
import type { LiveEvent } from '../../protocol/event.ts';

interface Utterance {
  room: string;
  causes: Map<string, Cause>;
  /** Sequences of its segments in the new stream. */
  seqs: number[];
  /** Highest index of a segment. */
  reached: number;
}

/** An utterance that was heard, and whose end was written down for only some of the events that it answers. */
export interface HalfSettled {
  room: string;
  utteranceId: string;
  /** Behind its last segment. */
  nextIndex: number;
}

/**
 * What the restored streams leave to do, told from them alone: consumers have forgotten what was acked. An event is reply's no
 * longer once it has an outcome or a segment answers it; a segment is tts's no longer once its utterance has ended. Pure.
 */
export class Unfinished {
  readonly #events = new Map<string, number[]>();
  readonly #utterances = new Map<string, Utterance>();
  readonly #settled = new Set<string>();
  /** Events of half-settled utterances that have their outcome. */
  readonly #outcomes = new Map<string, Outcome['what']>();

  addEvent({ id }: Pick<LiveEvent, 'id'>, seq: number): void {
    const seqs = this.#events.get(id);
    if (seqs) seqs.push(seq);
    else this.#events.set(id, [seq]);
  }

  /** After the events. */
  addSegment(segment: Segment, seq: number): void {
    const { utteranceId, room, index, causes, keep } = segment;
    // It was never to be heard; whoever plays asks for it again when it has none.
    if (keep) return;
    for (const { eventId } of causes) this.#events.delete(eventId);
    const known: Utterance = this.#utterances.get(utteranceId) ?? {
      room,
      causes: new Map(),
      seqs: [],
      reached: 0,
    };
    for (const cause of causes) known.causes.set(cause.eventId, cause);
    known.seqs.push(seq);
    known.reached = Math.max(known.reached, index);
    this.#utterances.set(utteranceId, known);
  }

  /** After the segments. */
  addOutcome({ eventId, utteranceId, what }: Pick<Outcome, 'eventId' | 'utteranceId' | 'what'>): void {
    if (eventId !== '') this.#events.delete(eventId);
    const utterance = this.#utterances.get(utteranceId);
    if (!utterance) return;
    if (eventId !== '') this.#outcomes.set(eventId, what);
    const open = [...utterance.causes.keys()].some((id) => !this.#outcomes.has(id));
    if (open) return;
    this.#settled.add(utteranceId);
    for (const id of utterance.causes.keys()) this.#outcomes.delete(id);
    this.#utterances.delete(utteranceId);
  }

  /** Sequences that reply has still to be given. */
  get events(): Set<number> {
    return new Set([...this.#events.values()].flat());
  }

  /** Sequences that tts has still to be given. */
  get segments(): Set<number> {
    return new Set([...this.#utterances.values()].flatMap(({ seqs }) => seqs));
  }

  /** Whether an utterance has ended, for all its events. */
  isSettled(utteranceId: string): boolean {
    return this.#settled.has(utteranceId);
  }

  get halfSettled(): HalfSettled[] {
    return [...this.#utterances]
      .filter(([, { causes }]) =>
        [...causes.keys()].some((id) => ['spoken', 'merged'].includes(this.#outcomes.get(id) ?? '')),
      )
      .map(([utteranceId, { room, reached }]) => ({ room, utteranceId, nextIndex: reached + 1 }));
  }
}
