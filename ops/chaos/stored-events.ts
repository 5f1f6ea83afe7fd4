import type { Balance } from '../ledger.ts';
import { Ledger } from '../ledger.ts';
import { openStoredBus } from '../operator.ts';
import { readPendingWork } from '../pending-work.ts';
import type { StoredEvent } from './compare-events.ts';
import type { Sayings } from './sentences.ts';
import { SentenceCollector, Utterances } from './sentences.ts';

const readMs = 120_000;

/** What the streams of a home say. */
export interface Stored {
  /** By room. */
  events: Map<string, StoredEvent[]>;
  balance: Balance;
  /** Ids of events that were let go, as nothing could keep them. */
  shed: string[];
  /** What was said, with its sound. */
  sayings: Sayings;
}

/**
 * Reads the streams of a home in which nothing runs any more. `faultsAt`, in unix milliseconds, decides which sentences are
 * looked at when there are too many. Throws when they cannot be read.
 */
export async function readStored(home: string, faultsAt: number[]): Promise<Stored> {
  const signal = AbortSignal.timeout(readMs);
  await using stored = await openStoredBus(home, signal);
  const ledger = new Ledger();
  const pending = await readPendingWork(stored.bus, signal);
  for (const eventId of pending.unspoken) ledger.addPending(eventId);
  const utterances = new Utterances();
  const events = new Map<string, StoredEvent[]>();
  const shed = new Set<string>();
  const reading = { from: { seq: 1 }, untilEnd: true, signal };
  for await (const { body, seq } of stored.bus.read('EVENTS', 'event', {
    filter: 'live.*.event.*',
    ...reading,
  })) {
    ledger.addEvent(body);
    if (pending.isBeforeReply(body.room, seq)) ledger.addPending(body.id);
    const { id, room, kind } = body;
    const list = events.get(room) ?? [];
    list.push({ id, kind, count: body.kind === 'gift' ? body.count : 1 });
    events.set(room, list);
  }
  for await (const { body } of stored.bus.read('OUTCOME', 'outcome', {
    filter: 'live.*.outcome.*',
    ...reading,
  })) {
    ledger.addOutcome(body);
    if (body.what === 'shed') shed.add(body.eventId);
    utterances.add(body);
  }
  const collector = new SentenceCollector(utterances, utterances.choose(faultsAt));
  let firstSeq: number | undefined;
  for await (const { body, seq } of stored.bus.read('AUDIO', 'chunk', {
    filter: 'live.*.audio',
    ...reading,
  })) {
    firstSeq ??= seq;
    collector.add(body);
  }
  signal.throwIfAborted();
  const sayings = collector.sayings(firstSeq !== 1);
  return { events, shed: [...shed], balance: ledger.balance(Date.now(), false), sayings };
}
