import { jetstreamManager } from '@nats-io/jetstream';
import { roomOfConsumer } from '../../protocol/streams.ts';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';

export interface EventRoomsOptions {
  bus: Pick<Bus, 'connection'>;
  log: Logger;
  signal: AbortSignal;
}

/**
 * The rooms of which there are, or may be, events: also those that are not hosted any more, whose last events want their outcomes.
 * Throws only when the signal says stop.
 */
export async function eventRooms({ bus, log, signal }: EventRoomsOptions): Promise<string[]> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const manager = await jetstreamManager(bus.connection, { checkAPI: false, timeout: 2_000 });
      const rooms: string[] = [];
      for await (const { name } of manager.consumers.list('EVENTS')) {
        const room = roomOfConsumer(name);
        if (room !== undefined) rooms.push(room);
      }
      return rooms;
    } catch (error) {
      log.warn({ err: error }, 'no word about the consumers of events, asking again');
      await delay(50, signal);
    }
  }
}
