import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { eventSubject } from '../../protocol/subjects.ts';
import type { BusPresence } from './bus-presence.ts';
import type { Heard, StoredAt } from './id-follower.ts';
import { streakTtlMs } from './gift-streak.ts';
import { lastEvent } from './last-message.ts';

const timeoutMs = 10_000;
/** A room need not wait for a bus that is away: what the bus did not take, the journal has. */
const timeoutAwayMs = 1_000;
/** Before the last event of a room: what a room sends again when one connects reached back 14 s in recordings. */
export const replayedMs = 60_000;
/** With the minute before it, half as long as an id is remembered; see `MessageIds`. */
const freshMs = 240_000;
/** Those before that are looked for when the room has been taken up. */
const olderAfterMs = 250;
/** So far back the ids before those are looked for, step by step, as long as there is room for them; see `MessageIds`. */
const recalledMs = [120_000, 240_000, 600_000];

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

interface RecallOptions extends Pick<RememberOptions, 'presence' | 'log' | 'signal'> {
  bus: Pick<Bus, 'read' | 'connection'>;
  room: string;
  /** What a spare has heard of while it stood by. */
  heard?: Heard | undefined;
  /** Hears of the ids of all events but gifts, which are remembered with their streaks. */
  onIds: (ids: Iterable<string>) => void;
  /** The same of those before all others, the newest first; false when there is room for no more. */
  onOlderIds: (ids: Iterable<string>) => boolean;
}

/**
 * Hands out the ids of a room's last events, so that what the room sends again is known whatever the bus still recognises. Returns when
 * it has those of the last minute before the room's last event; those of ten minutes follow. Never throws.
 */
export async function recallIds(options: RecallOptions): Promise<void> {
  const { bus, presence, room, heard, onIds, log, signal } = options;
  if (presence.isAway) return;
  const lastHeard = heard?.lastOf.get(room);
  if (heard && lastHeard && isAllHeard(heard, lastHeard))
    return void recallOlder(options, lastHeard.timeMs, heard);
  const last = await lastEvent(bus.connection, eventSubject(room, '*')).catch((error: unknown) => {
    log.warn({ err: error, room }, 'earlier events not read');
  });
  if (!last || signal.aborted) return;
  const untilSeq = last.seq + 1;
  const fromMs = last.timeMs - replayedMs;
  const firstSeq = await recall(options, { from: fromMs, untilSeq, onIds });
  void recallOlder(options, last.timeMs, { firstSeq, fromMs });
}

/** What was heard long ago is forgotten by now: that is read again. */
function isAllHeard({ fromMs }: Heard, last: StoredAt): boolean {
  return Date.now() - last.timeMs < freshMs && last.timeMs - replayedMs >= fromMs;
}

async function recallOlder(
  options: RecallOptions,
  lastMs: number,
  known: Pick<Heard, 'firstSeq' | 'fromMs'>,
): Promise<void> {
  if (!(await delay(olderAfterMs, options.signal))) return;
  let untilSeq = known.firstSeq;
  for (const agoMs of recalledMs.filter((each) => lastMs - each < known.fromMs)) {
    const found: string[] = [];
    const onIds = (ids: Iterable<string>) => void found.push(...ids);
    untilSeq = await recall(options, { from: lastMs - agoMs, untilSeq, onIds });
    if (options.signal.aborted || !options.onOlderIds(found.toReversed())) return;
  }
}

/** Returns the sequence of the first one. */
async function recall(
  { bus, presence, room, log, signal }: RecallOptions,
  { from, untilSeq, onIds }: { from: number; untilSeq: number } & Pick<RecallOptions, 'onIds'>,
): Promise<number> {
  using deadline = openDeadline(presence);
  let firstSeq = untilSeq;
  try {
    const events = bus.read('EVENTS', 'event', {
      filter: eventSubject(room, '*'),
      from: { timeMs: from },
      untilEnd: true,
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    for await (const { body, seq } of events) {
      if (seq >= untilSeq) break;
      firstSeq = Math.min(firstSeq, seq);
      if (body.kind !== 'gift') onIds(idsOf(body));
    }
  } catch (error) {
    log.warn({ err: error, room }, 'earlier events not read');
  }
  if (deadline.signal.aborted) log.warn({ room }, 'earlier events not read in time');
  return firstSeq;
}

/** The event's own id, and those of the events that were put together in it. */
export const idsOf = ({ id, coalesced = [] }: LiveEvent): string[] => [id, ...coalesced];

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
