import { join } from 'node:path';
import type { LiveEvent } from '../../protocol/event.ts';
import { openBusSink } from './bus-sink.ts';
import type { FaultLog } from './fault-log.ts';
import type { Host } from './host-room.ts';
import { Journal } from './journal/journal.ts';
import type { Shed } from './journal/record.ts';
import { Outbox } from './outbox.ts';
import { ShedTeller } from './shed-teller.ts';
import type { Tally } from './tally.ts';

interface RoomOutboxOptions {
  room: string;
  host: Pick<Host, 'child' | 'presence'>;
  tally: Tally;
  faults: FaultLog;
  /** Hears of each event that an earlier process left in the journal. */
  onFound: (event: LiveEvent) => void;
  /** The same of events that it had no place for. */
  onFoundShed: (shed: Shed) => void;
  signal: AbortSignal;
}

export interface RoomOutbox extends AsyncDisposable {
  outbox: Outbox;
}

/** The outbox of a room in front of its journal, `<home>/journal/<room>/`. Only a worker that was started may open it. Never throws. */
export async function openRoomOutbox(options: RoomOutboxOptions): Promise<RoomOutbox> {
  const { room, host, tally, faults, onFound, onFoundShed, signal } = options;
  const { child, presence } = host;
  const { bus, log } = child;
  const { journalMb, coalesceAbove } = child.options.config.ingest;
  const teller = new ShedTeller({ bus, tally, faults, onTold: () => outbox.look(), signal });
  const journal = await Journal.open({
    folder: join(child.options.home, 'journal', room),
    maxBytes: journalMb * 1_000_000,
    onFound,
    onFoundShed,
    onShed(events) {
      tally.count('shed', events);
      faults.report('shed', { room, events }, 'the journal is full, events that nobody paid for are shed');
    },
    onShedWaiting: () => teller.look(),
    onDamage({ path, error }) {
      tally.count('journalDamaged');
      faults.report('journal-damaged', { err: error, room, path }, 'a part of a journal that cannot be used');
    },
    onBytes: (change) => tally.count('journalBytes', change),
  });
  if (!journal.isEmpty) log.warn({ room, events: journal.unflushed }, 'found events that wait for the bus');
  const toBus = openBusSink({ bus, tally, faults });
  const outbox = new Outbox({
    sink: {
      async publish(event, stop) {
        child.inFlight += 1;
        try {
          await toBus.publish(event, stop);
          child.progress();
        } finally {
          child.inFlight -= 1;
        }
      },
    },
    presence,
    journal,
    certain: async () => await bus.certain(),
    signal,
    coalesceAbove,
    onCoalesced: () => tally.count('coalesced'),
    onJournalled(events) {
      tally.count('journalled', events);
      child.progress();
      faults.report('journalled', { room, events }, 'the bus is away, events go into the journal');
    },
    onFlushed(events) {
      tally.count('flushed', events);
      if (journal.unflushed === 0) log.info({ room }, 'journal flushed');
    },
    onRefused(error) {
      tally.count('journalRefused');
      faults.report(
        'journal-refused',
        { err: error, room },
        'the journal takes nothing, the room has to wait',
      );
    },
  });
  teller.start(journal);
  return {
    outbox,
    async [Symbol.asyncDispose]() {
      await teller[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
    },
  };
}
