import { z } from 'zod';
import { describeIssues } from './item.ts';

/** The ways in which a handshake is turned away. */
export const REFUSALS = [
  'blocked',
  'bad-gateway',
  'forbidden',
  'not-found',
  'too-many',
  'unavailable',
  'silent',
  'slow',
] as const;
export type RefusalKind = (typeof REFUSALS)[number];

const forMs = z.int().min(1).max(600_000);
const times = z.int().min(1).max(1000).default(1);

const faultSchema = z.discriminatedUnion('kind', [
  /** A binary frame that is no protobuf. */
  z.strictObject({ kind: z.literal('garbage'), bytes: z.int().min(1).max(65_536).default(64) }),
  /** A PushFrame whose gzip payload ends half-way. */
  z.strictObject({ kind: z.literal('truncated-gzip') }),
  /** A Response with one message of a method nobody knows. */
  z.strictObject({ kind: z.literal('unknown-method') }),
  /** A gift that cannot be decoded, between two good chats in one Response. */
  z.strictObject({ kind: z.literal('bad-sibling') }),
  /** A small frame that unpacks to this many megabytes. */
  z.strictObject({ kind: z.literal('gzip-bomb'), megabytes: z.int().min(1).max(1024).default(40) }),
  /** A raw frame of this many megabytes. */
  z.strictObject({ kind: z.literal('oversized'), megabytes: z.int().min(1).max(256).default(40) }),
  /** Ends the TCP connection without a word: 1006 at the client. */
  z.strictObject({ kind: z.literal('cut') }),
  /** Ends the WebSocket with a code: 1001, 1012, 1013, 1008, 1000 … */
  z.strictObject({ kind: z.literal('close-code'), code: z.int().min(1000).max(4999).default(1013) }),
  /** Says `close` in a PushFrame and falls silent; the socket stays. */
  z.strictObject({ kind: z.literal('close') }),
  /** No frame for so long, while the socket stays and PINGs go on. What happens meanwhile is missed. */
  z.strictObject({ kind: z.literal('deaf'), forMs: forMs.default(60_000) }),
  /** For so long every frame trickles: some bytes, a pause, some bytes. */
  z.strictObject({
    kind: z.literal('slow'),
    forMs: forMs.default(2000),
    bytes: z.int().min(1).max(65_536).default(7),
    pauseMs: z.int().min(0).max(10_000).default(5),
  }),
  /** Ends the TCP connection after so many bytes of a frame with a chat in it. */
  z.strictObject({ kind: z.literal('cut-frame'), bytes: z.int().min(0).max(65_536).default(20) }),
  /** Sends the last messages again, as they were. */
  z.strictObject({ kind: z.literal('replay'), count: z.int().min(1).max(2000).default(15) }),
  /**
   * What clients hear of the room from now on, on new connections too: `guest` no gifts and cut names; `no-gifts`; `sampled` the next
   * `first` messages of viewers and none after them; `noise-only` what is sent off the air too; `good` everything again.
   */
  z.strictObject({
    kind: z.literal('account'),
    how: z.enum(['good', 'guest', 'no-gifts', 'sampled', 'noise-only']).default('guest'),
    first: z.int().min(0).max(1000).default(3),
  }),
  /**
   * Refuses the next handshakes: `blocked` is DEVICE_BLOCKED, `bad-gateway` a 502; 403, 404, 429, 503; `silent` never answers, `slow`
   * answers one byte a second.
   */
  z.strictObject({
    kind: z.literal('refuse'),
    how: z.enum(REFUSALS).default('blocked'),
    times,
  }),
]);

/** What can go wrong between room and client, with every parameter filled in. */
export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['kind'];
/** The parameters of one kind, all of which may be left out. */
export type FaultDetails<K extends FaultKind> = Omit<Extract<FaultInput, { kind: K }>, 'kind'>;

/** @throws {TypeError} telling every wrong field with its path. */
export function readFault(input: unknown): Fault {
  const read = faultSchema.safeParse(input);
  if (read.success) return read.data;
  throw new TypeError(`Cannot cause this fault: ${describeIssues(read.error)}`);
}
