import { z } from 'zod';

const faultSchema = z.discriminatedUnion('kind', [
  /** Ends the TCP connection without a word. */
  z.strictObject({ kind: z.literal('cut') }),
  /** Sends the beginning of a frame, and then ends the connection. */
  z.strictObject({ kind: z.literal('half-frame') }),
  z.strictObject({ kind: z.literal('close-code'), code: z.int().min(1000).max(4999).default(1012) }),
  /** A message that is nothing of what this server says. */
  z.strictObject({ kind: z.literal('garbage') }),
  /** A message of so many megabytes. */
  z.strictObject({ kind: z.literal('oversized'), megabytes: z.int().min(1).max(64).default(3) }),
  /** Nothing for so long, while the socket stays. What happens meanwhile is missed. */
  z.strictObject({ kind: z.literal('deaf'), forMs: z.int().min(1).max(600_000).default(60_000) }),
  /** Turns the next handshakes away with this HTTP status. */
  z.strictObject({
    kind: z.literal('refuse'),
    status: z.int().min(400).max(599).default(503),
    times: z.int().min(1).max(1000).default(1),
  }),
]);

/** What can go wrong between a feed and its client. */
export type FeedFault = z.output<typeof faultSchema>;
export type FeedFaultInput = z.input<typeof faultSchema>;

/** @throws {TypeError} telling what is wrong. */
export function readFeedFault(input: unknown): FeedFault {
  const read = faultSchema.safeParse(input);
  if (read.success) return read.data;
  throw new TypeError(`Cannot cause this fault: ${z.prettifyError(read.error)}`);
}
