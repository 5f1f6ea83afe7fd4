import type { Segment } from '../../protocol/speech.ts';
import { speechSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import { remainingSegments } from './utterance.ts';

/**
 * Publishes the segments of an utterance in order, and returns the first as it is on the bus. When the bus has that utterance
 * already, because the process before this one was faster than it lived to see, it is finished as it was begun: its text and the
 * events that it answers are what counts, not those of `segments`. Throws when the signal says stop.
 */
export async function publishUtterance(
  bus: Pick<Bus, 'publish' | 'read'>,
  segments: Segment[],
  signal: AbortSignal,
): Promise<Segment | undefined> {
  const [first, ...others] = segments;
  if (!first) return undefined;
  const { seq, duplicate } = await publishSegment(bus, first, signal);
  const stored = duplicate && first.index === 0 ? await readSegment(bus, first, seq, signal) : first;
  for (const segment of stored === first ? others : remainingSegments(stored, 0))
    await publishSegment(bus, segment, signal);
  return stored;
}

async function publishSegment(bus: Pick<Bus, 'publish'>, segment: Segment, signal: AbortSignal) {
  const subject = speechSubject(segment.room, segment.priority);
  return await bus.publish(subject, 'segment', segment, { msgId: segment.id, signal });
}

/** The segment that the bus took instead; ours when it is gone meanwhile. */
async function readSegment(
  bus: Pick<Bus, 'read'>,
  ours: Segment,
  seq: number,
  signal: AbortSignal,
): Promise<Segment> {
  const filter = speechSubject(ours.room, ours.priority);
  const reading = bus.read('SPEECH', 'segment', { filter, from: { seq }, untilEnd: true, signal });
  for await (const { body } of reading) return body.id === ours.id ? body : ours;
  return ours;
}
