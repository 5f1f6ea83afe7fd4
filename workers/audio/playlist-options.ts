import type { Resume } from './line.ts';

export interface PlaylistOptions {
  /** How long an utterance that was begun may keep the others waiting for its next segment. */
  slotTimeoutMs: number;
  maxUtterances: number;
  /** Bytes of sound that wait. */
  maxBytes: number;
  resume: Resume;
}
