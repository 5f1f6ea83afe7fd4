import type { Balance } from '../ledger.ts';
import { Ledger } from '../ledger.ts';
import { openStoredBus } from '../operator.ts';
import type { StoredEvent } from './compare-events.ts';

const readMs = 120_000;

/** The events of each room and the ledger, from the streams of a home in which nothing runs any more. Throws when they cannot be read. */
export async function readStored(
  home: string,
): Promise<{ events: Map<string, StoredEvent[]>; balance: Balance }> {
  const signal = AbortSignal.timeout(readMs);
  await using stored = await openStoredBus(home, signal);
  const ledger = new Ledger();
  const events = new Map<string, StoredEvent[]>();
  const reading = { from: { seq: 1 }, untilEnd: true, signal };
  for await (const { body } of stored.bus.read('EVENTS', 'event', { filter: 'live.*.event.*', ...reading })) {
    ledger.addEvent(body);
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
  }
  signal.throwIfAborted();
  return { events, balance: ledger.balance(Date.now(), false) };
}
