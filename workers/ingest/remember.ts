import type { Bus } from '../bus.ts';
import type { Logger } from '../logger.ts';
import { eventSubject } from '../../protocol/subjects.ts';
import type { RoomEvents } from './room-events.ts';

const reachMs = 120_000;
const timeoutMs = 10_000;

interface RememberOptions {
  bus: Pick<Bus, 'read'>;
  room: string;
  events: RoomEvents;
  log: Logger;
  signal: AbortSignal;
  now?: number;
}

/**
 * Takes in the gifts of the last two minutes from the bus: the bus itself refuses a repeated message, but the copy that ends a
 * streak has an id of its own and would be counted as a new gift. Never throws: without it the room is better served than deaf.
 */
export async function rememberGifts({
  bus,
  room,
  events,
  log,
  signal,
  now = Date.now(),
}: RememberOptions): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const gifts = bus.read('EVENTS', 'event', {
      filter: eventSubject(room, 'gift'),
      from: { timeMs: now - reachMs },
      untilEnd: true,
      signal: AbortSignal.any([signal, deadline]),
    });
    for await (const { body } of gifts) events.remember(body);
  } catch (error) {
    log.warn({ err: error, room }, 'earlier gifts not read');
  }
  if (deadline.aborted)
    log.warn({ room, timeoutMs }, 'earlier gifts not read in time, a running streak may be counted twice');
}
