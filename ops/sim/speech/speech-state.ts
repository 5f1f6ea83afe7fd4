import type { SpeechFault } from '../../../protocol/simulated-faults.ts';

/** Figures of a server, as `/sim/state` gives them. */
export type SpeechState = {
  readonly port: number;
  readonly isListening: boolean;
  /** For speech, since the start, and all others. */
  readonly requests: number;
  readonly otherRequests: number;
  /** Requests for speech that are not over yet; those that a client gave up, but the server still works on, are among them. */
  readonly inFlight: number;
  readonly mostInFlight: number;
  /** Works on something beside which nobody is answered. */
  readonly isBlocked: boolean;
  /** How many requests got which fault. */
  readonly faults: Partial<Record<SpeechFault, number>>;
  readonly restarts: number;
  /** By which every request is slower than at the start. */
  readonly decayMs: number;
};
