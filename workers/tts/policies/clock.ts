import { delay } from '../../delay.ts';

/** Time as the shells see it, so that a test can let an hour pass at once. */
export interface Clock {
  /** Milliseconds that never run backwards. */
  now(): number;
  /** Waits, or returns at once when the signal says stop; true when the whole time has passed. */
  delay(durationMs: number, signal: AbortSignal): Promise<boolean>;
}

export const systemClock: Clock = { now: () => performance.now(), delay };
