import { jetstreamManager } from '@nats-io/jetstream';
import { priorities } from '../protocol/speech.ts';
import { eventConsumer } from '../protocol/streams.ts';
import type { Bus } from '../workers/bus.ts';

/** Above this sequence of its stream nothing is certainly done; a consumer that does not exist has done nothing. */
type Floor = (consumer: string) => number;

/** What is still in somebody's hands, or waits for them, by what the streams' consumers have acknowledged. */
export interface PendingWork {
  /** Whether reply still has this event before it. */
  isBeforeReply: (room: string, seq: number) => boolean;
  /** Events whose answers tts still has before it: nobody was there to speak them. */
  unspoken: Set<string>;
}

/** Reads it from the bus of a home, also of one that has stopped: the next start finds the same. */
export async function readPendingWork(bus: Bus, signal: AbortSignal): Promise<PendingWork> {
  const [events, speech] = [await floorsOf(bus, 'EVENTS'), await floorsOf(bus, 'SPEECH')];
  const floorOf = (priority: string) => speech(`tts-${priority}`);
  const seq = Math.min(...priorities.map(floorOf)) + 1;
  const unspoken = new Set<string>();
  const segments = { filter: 'live.*.speech.*', from: { seq }, untilEnd: true, signal };
  for await (const { body, seq: at } of bus.read('SPEECH', 'segment', segments)) {
    if (at <= floorOf(body.priority)) continue;
    for (const { eventId } of body.causes) unspoken.add(eventId);
  }
  return { isBeforeReply: (room, at) => at > events(eventConsumer(room)), unspoken };
}

async function floorsOf(bus: Bus, stream: string): Promise<Floor> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false, timeout: 5_000 });
  const floors = new Map<string, number>();
  for await (const { name, ack_floor } of manager.consumers.list(stream))
    floors.set(name, ack_floor.stream_seq);
  return (consumer) => floors.get(consumer) ?? 0;
}
