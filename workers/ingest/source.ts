import type { EventBody, Viewer } from '../../protocol/event.ts';

/**
 * What a source saw, before the room's own rules (`room-events.ts`): `messageId` is the platform's id of the message, the same each
 * time that message is delivered. A gift's `total` is what its streak has come to and its `count` is ignored; `streak` is unique in
 * the room, and empty when the message stands for itself.
 */
export interface Observation {
  messageId: string;
  /** Unix milliseconds. */
  at: number;
  viewer: Viewer | null;
  body: EventBody;
}

/** What arrived at once. `acknowledge` tells the room that it need not be sent again: only after every event is kept. Never throws. */
export interface SourceFrame {
  receivedAt: number;
  observations: Observation[];
  acknowledge(): void;
}

/** Why a feed stopped. `waitMs` is the least time before the next try. */
export interface FeedEnd {
  reason: string;
  waitMs: number;
}

/** One connection to a room. Disposing closes it; until then frames can still be acknowledged. */
export interface Feed extends AsyncDisposable {
  title: string;
  anchor: string;
  /** Frames in order. Ends when the connection does, or, after `stopReading`, when what had arrived is handed out. Once only. */
  frames(stopReading: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd>;
}

/** What came of an attempt to open a feed; the expected states of a room are not errors. */
export type Opening =
  | { kind: 'open'; feed: Feed }
  | { kind: 'offline'; reason: string }
  | { kind: 'not-found'; reason: string }
  /** The platform refuses this client: no blip, more tries make it worse. */
  | { kind: 'blocked'; reason: string };

/** Where a room's events come from: one per room, one feed at a time. */
export interface Source extends AsyncDisposable {
  platform: string;
  /** Throws for what may pass: no network, no answer, no signature. */
  open(signal: AbortSignal): Promise<Opening>;
}
