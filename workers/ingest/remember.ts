import type { Bus } from '../bus.ts';
import type { Logger } from '../logger.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { eventSubject } from '../../protocol/subjects.ts';
import type { BusPresence } from './bus-presence.ts';
import { streakTtlMs } from './gift-streak.ts';

const timeoutMs = 10_000;
/** A room need not wait for a bus that is away: what the bus did not take, the journal has. */
const timeoutAwayMs = 1_000;

/** Gifts of a room, or of all rooms. */
export const giftsOf = (room: string): string => eventSubject(room, 'gift');

interface RememberOptions {
  bus: Pick<Bus, 'read'>;
  presence: Pick<BusPresence, 'isAway' | 'onChange'>;
  /** From `giftsOf`. */
  filter: string;
  onGift: (event: LiveEvent) => void;
  log: Logger;
  signal: AbortSignal;
  /** Where to begin; without it, as long ago as a streak may have been heard of. */
  from?: { seq: number };
  now?: number;
}

/**
 * Hands out the gifts of the running streaks from the bus: the bus itself refuses a repeated message, but the copy that ends a
 * streak has an id of its own and would be counted as a new gift. Never throws: without it the room is better served than deaf.
 */
export async function rememberGifts(options: RememberOptions): Promise<void> {
  const { bus, presence, filter, onGift, log, signal, now = Date.now() } = options;
  using deadline = openDeadline(presence);
  try {
    const gifts = bus.read('EVENTS', 'event', {
      filter,
      from: options.from ?? { timeMs: now - streakTtlMs },
      untilEnd: true,
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    for await (const { body } of gifts) onGift(body);
  } catch (error) {
    log.warn({ err: error, filter }, 'earlier gifts not read');
  }
  if (deadline.signal.aborted)
    log.warn({ filter }, 'earlier gifts not read in time, a running streak may be counted twice');
}

function openDeadline(presence: RememberOptions['presence']): Disposable & { signal: AbortSignal } {
  const over = new AbortController();
  const timers = [setTimeout(() => over.abort(), timeoutMs)];
  const onChange = () => {
    if (presence.isAway) timers.push(setTimeout(() => over.abort(), timeoutAwayMs));
  };
  const listening = presence.onChange(onChange);
  onChange();
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
