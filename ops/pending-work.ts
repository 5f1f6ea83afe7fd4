import { jetstreamManager } from '@nats-io/jetstream';
import type { KvEntry } from '@nats-io/kv';
import { decodeAs } from '../protocol/codec.ts';
import type { Playhead } from '../protocol/speech.ts';
import { priorities } from '../protocol/speech.ts';
import { eventConsumer, roomOfConsumer } from '../protocol/streams.ts';
import { audioSubject } from '../protocol/subjects.ts';
import type { Bus } from '../workers/bus.ts';

interface Floors {
  /** Above this sequence of its stream nothing is certainly done; a consumer that does not exist has done nothing. */
  floorOf: (consumer: string) => number;
  /** Those that have a consumer. */
  rooms: string[];
}

/** What is still in somebody's hands, or waits for them, by what the streams' consumers have acknowledged. */
export interface PendingWork {
  /** Whether reply still has this event before it. */
  isBeforeReply: (room: string, seq: number) => boolean;
  /** Events whose answers tts still has before it, or that are made and not played yet: nobody was there to speak them. */
  unspoken: Set<string>;
}

/** Reads it from the bus of a home, also of one that has stopped: the next start finds the same. */
export async function readPendingWork(bus: Bus, signal: AbortSignal): Promise<PendingWork> {
  const [events, speech] = [await floorsOf(bus, 'EVENTS'), await floorsOf(bus, 'SPEECH')];
  const floorOf = (priority: string) => speech.floorOf(`tts-${priority}`);
  const seq = Math.min(...priorities.map(floorOf)) + 1;
  const unspoken = new Set<string>();
  const segments = { filter: 'live.*.speech.*', from: { seq }, untilEnd: true, signal };
  for await (const { body, seq: at } of bus.read('SPEECH', 'segment', segments)) {
    if (at <= floorOf(body.priority)) continue;
    for (const { eventId } of body.causes) unspoken.add(eventId);
  }
  for (const room of events.rooms)
    for await (const eventId of unplayed(bus, room, signal)) unspoken.add(eventId);
  return { isBeforeReply: (room, at) => at > events.floorOf(eventConsumer(room)), unspoken };
}

async function floorsOf(bus: Bus, stream: string): Promise<Floors> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false, timeout: 5_000 });
  const floors = new Map<string, number>();
  for await (const { name, ack_floor } of manager.consumers.list(stream))
    floors.set(name, ack_floor.stream_seq);
  return {
    floorOf: (consumer) => floors.get(consumer) ?? 0,
    rooms: [...floors.keys()].flatMap((name) => roomOfConsumer(name) ?? []),
  };
}

/** Events whose answers are in the stream of sound, behind the place where who plays the room next begins. */
async function* unplayed(bus: Bus, room: string, signal: AbortSignal): AsyncGenerator<string> {
  const playhead = readPlayhead(await (await bus.bucket('playhead')).get(room));
  const from = { seq: Math.max(1, playhead?.resumeSeq ?? 1) };
  const ended = new Set(playhead?.ended);
  const options = { filter: audioSubject(room), from, untilEnd: true, signal };
  for await (const { body } of bus.read('AUDIO', 'chunk', options)) {
    const { utteranceId, causes } = body.segment;
    if (!ended.has(utteranceId)) for (const { eventId } of causes) yield eventId;
  }
}

/** Undefined when there is none, or it is damaged: whoever plays next then begins at the beginning. */
function readPlayhead(kept: KvEntry | null): Playhead | undefined {
  try {
    return kept?.operation === 'PUT' ? decodeAs('playhead', kept.value) : undefined;
  } catch {
    return undefined;
  }
}
