import type { AudioChunk } from '../../../protocol/speech.ts';

/** A segment by its place. */
export interface Heard {
  utteranceId: string;
  index: number;
}

export interface Verdict {
  /** Was asked for and never heard. */
  lost: Heard[];
  /** Was heard after a later one of its utterance. */
  reordered: Heard[];
  /** Once for each time that it was heard again. */
  twice: Heard[];
  /** Nobody has asked for it. */
  unasked: Heard[];
}

/** What is wrong with what was heard, in its order. `asked`: how many segments each utterance has. */
export function judgeAired(asked: ReadonlyMap<string, number>, heard: Iterable<Heard>): Verdict {
  const verdict: Verdict = { lost: [], reordered: [], twice: [], unasked: [] };
  const known = new Map<string, Set<number>>();
  for (const segment of heard) {
    const { utteranceId, index } = segment;
    const before = known.get(utteranceId) ?? new Set();
    known.set(utteranceId, before);
    if (index >= (asked.get(utteranceId) ?? 0)) verdict.unasked.push(segment);
    else if (before.has(index)) verdict.twice.push(segment);
    else if (index < Math.max(-1, ...before)) verdict.reordered.push(segment);
    before.add(index);
  }
  for (const [utteranceId, count] of asked)
    for (let index = 0; index < count; index++)
      if (!known.get(utteranceId)?.has(index)) verdict.lost.push({ utteranceId, index });
  return verdict;
}

type Placed = Pick<AudioChunk, 'id' | 'rendition' | 'index' | 'last' | 'pcm'> & { segment: { id: string } };

interface Rendition {
  segmentId: string;
  /** Chunks that have come. */
  count: number;
  isComplete: boolean;
  hasSound: boolean;
}

/** Follows the chunks of a stream, and tells which do not follow the one before of their rendition. */
export class ChunkOrder {
  /** Ids of chunks that are not where they belong. */
  readonly misplaced: string[] = [];
  readonly #renditions = new Map<string, Rendition>();

  add({ id, segment, rendition, index, last, pcm }: Placed): void {
    const known = this.#renditions.get(rendition) ?? {
      segmentId: segment.id,
      count: 0,
      isComplete: false,
      hasSound: false,
    };
    this.#renditions.set(rendition, known);
    if (index !== known.count || known.isComplete || known.segmentId !== segment.id) this.misplaced.push(id);
    known.count += 1;
    known.isComplete ||= last;
    known.hasSound ||= pcm.byteLength > 0;
  }

  /** Renditions that have no end: who made them did not live to publish it. */
  get cutOff(): number {
    return [...this.#renditions.values()].filter(({ isComplete }) => !isComplete).length;
  }

  /** Segments of which there is more than one whole sound: all but the first were made in vain. */
  get spokenAgain(): number {
    const whole = [...this.#renditions.values()].filter(({ isComplete, hasSound }) => isComplete && hasSound);
    return whole.length - new Set(whole.map(({ segmentId }) => segmentId)).size;
  }
}
