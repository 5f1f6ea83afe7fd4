import { textIn } from '../feeds/message-text.ts';
import type { RawMessage, SourceParts } from '../source.ts';
import type { ReadEvents } from './read-events.ts';
import { NoEventsError, readEvents } from './read-events.ts';

/** The events in a message, and what is wrong with the rest, which is counted and reported. */
export function readMessage(
  message: RawMessage,
  { room, tally, faults }: Pick<SourceParts, 'room' | 'tally' | 'faults'>,
): ReadEvents {
  try {
    const read = readEvents(textIn(message), message.receivedAt);
    const [problem] = read.problems;
    if (problem) {
      tally.count('damagedMessages', read.problems.length);
      faults.report('event', { room, ...problem }, 'an event that cannot be taken');
    }
    return read;
  } catch (error) {
    if (!(error instanceof NoEventsError)) throw error;
    tally.count('damagedMessages');
    faults.report('event', { room, err: error, field: error.field }, 'a message that holds no events');
    return { observations: [], problems: [{ index: 0, id: '', field: error.field, reason: error.message }] };
  }
}
