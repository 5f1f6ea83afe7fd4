import type { LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import { segmentId } from '../../protocol/ids.ts';
import type { Cause, Priority, Segment } from '../../protocol/speech.ts';

export interface UtteranceOptions {
  id: string;
  room: string;
  sentences: string[];
  priority: Priority;
  voice: string;
  events: LiveEvent[];
  now: number;
  expiresAt: number;
  idleScript: string;
}

/** The segments of an utterance, the whole script in the first. */
export function segmentsOf(options: UtteranceOptions): Segment[] {
  const { id, room, sentences, priority, voice, events, now, expiresAt, idleScript } = options;
  const causes = events.map((event, index): Cause => {
    return { eventId: event.id, kind: event.kind, paid: isPaid(event.kind), merged: index > 0 };
  });
  return sentences.map((text, index) => ({
    id: segmentId(id, index),
    room,
    utteranceId: id,
    index,
    last: index === sentences.length - 1,
    text,
    priority,
    voice,
    causes,
    createdAt: now,
    expiresAt,
    script: index === 0 ? sentences : [],
    idleScript,
  }));
}

/** What is missing of an utterance whose first segment is there. */
export function remainingSegments(first: Segment, reached: number): Segment[] {
  return first.script.slice(reached + 1).map((text, offset) => {
    const index = reached + 1 + offset;
    const last = index === first.script.length - 1;
    return { ...first, id: segmentId(first.utteranceId, index), index, last, text, script: [] };
  });
}
