import type { LiveEvent } from '../../protocol/event.ts';
import { eventSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import type { FaultLog } from './fault-log.ts';
import type { EventSink } from './frame-publisher.ts';
import type { Tally } from './tally.ts';

interface BusSinkOptions {
  bus: Pick<Bus, 'publish'>;
  tally: Tally;
  faults: FaultLog;
}

/** Publishes into EVENTS. An event that cannot be written is counted and passed over: it would block its room for ever. */
export function openBusSink({ bus, tally, faults }: BusSinkOptions): EventSink {
  return {
    async publish(event: LiveEvent, signal: AbortSignal): Promise<void> {
      try {
        const subject = eventSubject(event.room, event.kind);
        const { duplicate } = await bus.publish(subject, 'event', event, { msgId: event.id, signal });
        tally.count(duplicate ? 'duplicates' : 'events');
      } catch (error) {
        if (signal.aborted) throw error;
        tally.count('unpublishable');
        faults.report(
          'unpublishable',
          { err: error, room: event.room, event: event.id },
          'event not published',
        );
      }
    },
  };
}
