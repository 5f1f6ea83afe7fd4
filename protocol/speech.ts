import type { EventKind } from './event.ts';

export const priorities = ['urgent', 'normal', 'idle'] as const;
/** `urgent` is for money, `normal` for the other viewers, `idle` for the script between them. */
export type Priority = (typeof priorities)[number];

/** The embedded engine's voice unless the configuration names another: Mandarin, which it surely has. */
export const embeddedVoice = 'cmn';

/** An event that an utterance answers; `merged` when it shares the utterance with an earlier one. */
export interface Cause {
  eventId: string;
  kind: EventKind;
  paid: boolean;
  merged: boolean;
}

/** One sentence of an utterance. Segment 0 carries the whole `script`, so that a successor can finish a half-published utterance. */
export interface Segment {
  id: string;
  room: string;
  utteranceId: string;
  index: number;
  last: boolean;
  text: string;
  priority: Priority;
  voice: string;
  causes: Cause[];
  createdAt: number;
  expiresAt: number;
  script: string[];
  idleScript: string;
  /** Not to be heard now: whoever plays keeps its sound for when nothing else is there. */
  keep?: boolean;
}

/** The most samples' bytes in one chunk. NATS takes 1 MB by default; small chunks keep other traffic moving. */
export const maxChunkBytes = 65_536;

/**
 * A piece of a segment's sound: signed 16-bit little-endian mono. Chunks of one `rendition` belong together; `missingReason`
 * (with no samples) says that the segment has no sound, so that the playlist can go on.
 */
export interface AudioChunk {
  id: string;
  segment: Segment;
  rendition: string;
  index: number;
  last: boolean;
  sampleRateHz: number;
  pcm: Uint8Array;
  missingReason: string;
  engine: string;
  /** Why another voice than the usual one spoke, for the ledger; missing when none did. */
  note?: string;
}

export const outcomeKinds = [
  'spoken',
  'merged',
  'skipped',
  'expired',
  'blocked',
  'shed',
  'failed',
  'aired',
] as const;
/** What became of an event. `aired` is for idle lines: heard, but caused by no event. */
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface Outcome {
  what: OutcomeKind;
  room: string;
  eventId: string;
  eventKind: EventKind | '';
  paid: boolean;
  utteranceId: string;
  reason: string;
  text: string;
  at: number;
  by: string;
  nickname: string;
}

export interface Health {
  role: string;
  childId: string;
  at: number;
  pid: number;
  counters: Record<string, number>;
  detail: string;
}

/**
 * `buffering`: an utterance was begun and its next sentence is missing; `yielding`: an idle script was interrupted and goes on later;
 * `filling`: nothing came for too long, and something kept is heard; `paused`: by a command, or because no output takes anything.
 */
export type PlaybackState = 'idle' | 'buffering' | 'speaking' | 'yielding' | 'filling' | 'paused';

/** What listeners of a room have heard, and what waits. See the schema for each field. */
export interface Playhead {
  room: string;
  at: number;
  state: PlaybackState;
  queuedMs: number;
  utteranceId: string;
  segmentIndex: number;
  offsetMs: number;
  resumeSeq: number;
  ended: string[];
  partial: { utteranceId: string; nextIndex: number; offsetMs: number }[];
  queued: string[];
  output: string;
  ducking?: boolean;
  failedOver?: boolean;
  pausedUntil?: number;
  volume?: number;
  muted?: boolean;
}

export const audioActions = ['pause', 'resume', 'skip', 'stop', 'volume', 'status'] as const;
export type AudioAction = (typeof audioActions)[number];

/** `forMs`: a pause's length, 0 until it is resumed; `volume` 0 to 2. */
export interface AudioCommand {
  action: AudioAction;
  forMs: number;
  volume: number;
  by: string;
}

export const helmActions = ['pause', 'resume', 'say', 'mute', 'unmute', 'status'] as const;
export type HelmAction = (typeof helmActions)[number];

/** Asks whoever hosts a room. See the schema for each field. */
export interface HelmCommand {
  action: HelmAction;
  forMs: number;
  all: boolean;
  text: string;
  viewer: string;
  by: string;
}

export interface AudioAnswer {
  done: boolean;
  /** For people: what was done, or why not. */
  text: string;
}

/** Somebody was promised an answer: the utterance's first sound is on the way. */
export interface AnswerPromise {
  room: string;
  utteranceId: string;
  at: number;
}

export interface Incident {
  id: string;
  severity: string;
  component: string;
  cause: string;
  action: string;
  proof: string;
  at: number;
}

export interface DeadLetter {
  stream: string;
  seq: number;
  subject: string;
  reason: string;
  payload: Uint8Array;
  at: number;
}
