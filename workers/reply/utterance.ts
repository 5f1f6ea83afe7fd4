import type { LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import { segmentId } from '../../protocol/ids.ts';
import type { Cause, Priority, Segment } from '../../protocol/speech.ts';

/** What all segments of an utterance have in common. */
export interface UtteranceHead {
  id: string;
  room: string;
  priority: Priority;
  voice: string;
  events: LiveEvent[];
  now: number;
  expiresAt: number;
  idleScript: string;
}

export interface UtteranceOptions extends UtteranceHead {
  sentences: string[];
}

/** The segments of an utterance, the whole script in the first. */
export function segmentsOf({ sentences, ...head }: UtteranceOptions): Segment[] {
  return sentences.map((text, index) => ({
    ...pieceOf(head, index, text),
    last: index === sentences.length - 1,
    script: index === 0 ? sentences : [],
  }));
}

/** One segment of an utterance of which nobody knows yet how long it will be. */
export function pieceOf(head: UtteranceHead, index: number, text: string): Segment {
  const { id, room, priority, voice, events, now, expiresAt, idleScript } = head;
  const causes = events.map((event, place): Cause => {
    return { eventId: event.id, kind: event.kind, paid: isPaid(event.kind), merged: place > 0 };
  });
  return {
    id: segmentId(id, index),
    room,
    utteranceId: id,
    index,
    last: false,
    text,
    priority,
    voice,
    causes,
    createdAt: now,
    expiresAt,
    script: [],
    idleScript,
  };
}

/** The end of such an utterance: nothing is heard of it. */
export function endOf(first: Segment, index: number): Segment {
  return { ...first, id: segmentId(first.utteranceId, index), index, last: true, text: '', script: [] };
}

/** What is missing of an utterance whose first segment is there. Of one that was still being thought of only the end can be made. */
export function remainingSegments(first: Segment, reached: number): Segment[] {
  if (first.script.length === 0) return first.last ? [] : [endOf(first, reached + 1)];
  return first.script.slice(reached + 1).map((text, offset) => {
    const index = reached + 1 + offset;
    const last = index === first.script.length - 1;
    return { ...first, id: segmentId(first.utteranceId, index), index, last, text, script: [] };
  });
}
