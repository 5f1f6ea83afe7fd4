import { z } from 'zod';

export const connectionStates = [
  'disconnected',
  'connecting',
  'connected',
  'reconnecting',
  'failed',
  'closed',
] as const;

/** Of a room's credentials: its source needs none, `none` are configured, nothing tells when they end, they are good, end within a day, or have ended. */
export const credentialStates = ['not-needed', 'none', 'unknown', 'valid', 'expiring', 'expired'] as const;

/**
 * How a room is, for people and the console, as JSON under `state.<room>` in the bucket `rooms`. Times in unix milliseconds, 0: never.
 * It holds no secret.
 */
export const roomStatusSchema = z.object({
  room: z.string(),
  platform: z.string(),
  /** The worker that keeps it. */
  child: z.string(),
  /** When this was written: one that is old tells of a worker that is gone. */
  at: z.number(),
  state: z.enum(connectionStates),
  since: z.number(),
  reason: z.string(),
  /** A connection is open now. */
  active: z.boolean(),
  reconnectCount: z.number(),
  /** The latest thing that a viewer did or the room told. */
  lastMessageAt: z.number(),
  /** It is wanted, so it is tried for ever. */
  shouldReconnect: z.boolean(),
  /** When it is tried next; 0: it is not waiting. */
  nextTryAt: z.number(),
  /** 0 to 100; null: too little is known. */
  quality: z.number().nullable(),
  conditions: z.array(z.object({ code: z.string(), text: z.string(), since: z.number() })),
  credentials: z.object({
    state: z.enum(credentialStates),
    expiresAt: z.number(),
    /** When the operator's hook gave new ones. */
    renewedAt: z.number(),
  }),
  /** The latest changes of its state, oldest first. */
  transitions: z.array(
    z.object({
      at: z.number(),
      from: z.enum(connectionStates),
      to: z.enum(connectionStates),
      reason: z.string(),
      class: z.string(),
      attempt: z.number(),
    }),
  ),
});

export type RoomStatus = z.infer<typeof roomStatusSchema>;
export type ConnectionStateName = RoomStatus['state'];
export type CredentialStatus = RoomStatus['credentials'];

/** Key in the bucket `rooms`. */
export const roomStatusKey = (room: string): string => `state.${room}`;

/** Undefined for what is no status, such as that of another version. */
export function readRoomStatus(text: string): RoomStatus | undefined {
  try {
    return roomStatusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
