import type { Role } from './roles.ts';
import { priorities } from './speech.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A stream of the bus; ages and windows in milliseconds. Limits retention everywhere: a work queue forgets message ids over a restart. */
export interface StreamSpec {
  name: string;
  subjects: string[];
  maxAgeMs: number;
  /** How long a repeated `Nats-Msg-Id` is recognised. The server's default of 2 min is shorter than an outage can last. */
  duplicateWindowMs: number;
  discard: 'old' | 'new';
  /** Part of `bus.maxDiskMb`; the shares leave room for the buckets. */
  diskShare: number;
  description: string;
}

export const streams: StreamSpec[] = [
  {
    name: 'EVENTS',
    subjects: ['live.*.event.*'],
    maxAgeMs: 24 * hour,
    duplicateWindowMs: 2 * hour,
    discard: 'old',
    diskShare: 0.2,
    description: 'what viewers and platforms did',
  },
  {
    name: 'SPEECH',
    subjects: ['live.*.speech.*'],
    maxAgeMs: hour,
    duplicateWindowMs: hour,
    discard: 'new',
    diskShare: 0.05,
    description: 'segments to be spoken',
  },
  {
    name: 'AUDIO',
    subjects: ['live.*.audio'],
    maxAgeMs: 40 * minute,
    duplicateWindowMs: 40 * minute,
    discard: 'new',
    diskShare: 0.5,
    description: 'synthesised sound',
  },
  {
    name: 'OUTCOME',
    subjects: ['live.*.outcome.*'],
    maxAgeMs: 7 * 24 * hour,
    duplicateWindowMs: 2 * hour,
    discard: 'old',
    diskShare: 0.17,
    description: 'the ledger: what became of each event',
  },
  {
    name: 'DEAD',
    subjects: ['dead.>'],
    maxAgeMs: 7 * 24 * hour,
    duplicateWindowMs: hour,
    discard: 'old',
    diskShare: 0.03,
    description: 'poison messages with their failure record',
  },
];

/** Streams that are worked off, by who does it. */
export const workStreams: Partial<Record<Role, string>> = { reply: 'EVENTS', tts: 'SPEECH' };

/** A durable pull consumer, named `<role>-<part>`; made by the supervisor, so that a worker needs no right to make any. */
export interface ConsumerSpec {
  stream: string;
  name: string;
  role: Role;
  filter: string;
  /** Unacknowledged for so long: given to somebody else. Workers say `working()` at a third of it. */
  ackWaitMs: number;
  maxAckPending: number;
}

/** Each room has its own, so that a flood in one holds up no other, and a room can move from one process to another. */
const eventConsumerPrefix = 'reply-';
export const eventConsumer = (room: string): string => `${eventConsumerPrefix}${room}`;

/** The room of a consumer of EVENTS; undefined: it is somebody's own. */
export const roomOfConsumer = (name: string): string | undefined =>
  name.startsWith(eventConsumerPrefix) ? name.slice(eventConsumerPrefix.length) : undefined;

export function eventConsumerSpec(room: string): ConsumerSpec {
  return {
    stream: 'EVENTS',
    name: eventConsumer(room),
    role: 'reply',
    filter: `live.${room}.event.*`,
    ackWaitMs: 6_000,
    maxAckPending: 1_000,
  };
}

const speechConsumerSpecs: ConsumerSpec[] = priorities.map((priority) => ({
  stream: 'SPEECH',
  name: `tts-${priority}`,
  role: 'tts',
  filter: `live.*.speech.${priority}`,
  ackWaitMs: 6_000,
  maxAckPending: 64,
}));

/** Everything that works off a stream in a show with these rooms. */
export const consumersFor = (rooms: Iterable<string>): ConsumerSpec[] => [
  ...Array.from(rooms, eventConsumerSpec),
  ...speechConsumerSpecs,
];

export const buckets = ['rooms', 'playhead', 'leases', 'memory'] as const;
export type Bucket = (typeof buckets)[number];
