import type { Segment } from '../../protocol/speech.ts';
import type { IdleHistory } from './idle-director.ts';
import { disclosureScript } from './idle-director.ts';

/** What the segments of the last hour say about what has been done already: the stream is the memory that survives a crash. */
export class SpeechHistory {
  /** Events that have an utterance. */
  readonly answered = new Set<string>();
  readonly #idle = new Map<string, IdleHistory>();
  readonly #unfinished = new Map<string, { first: Segment; reached: number }>();

  add(segment: Segment): void {
    for (const { eventId } of segment.causes) this.answered.add(eventId);
    if (segment.index === 0 && !segment.last)
      this.#unfinished.set(segment.utteranceId, { first: segment, reached: 0 });
    const unfinished = this.#unfinished.get(segment.utteranceId);
    if (unfinished) unfinished.reached = Math.max(unfinished.reached, segment.index);
    if (segment.last) this.#unfinished.delete(segment.utteranceId);
    if (segment.priority === 'idle') this.#addIdle(segment);
  }

  idleOf(room: string): IdleHistory | undefined {
    return this.#idle.get(room);
  }

  /** Utterances of which a process died before it had published them whole: the first segment, and the highest index that is there. */
  get unfinished(): { first: Segment; reached: number }[] {
    return [...this.#unfinished.values()];
  }

  #addIdle({ room, idleScript, createdAt }: Segment): void {
    const known = this.#idle.get(room) ?? { lastScript: '', disclosedAt: -Infinity };
    if (idleScript === disclosureScript) known.disclosedAt = createdAt;
    else known.lastScript = idleScript;
    this.#idle.set(room, known);
  }
}
