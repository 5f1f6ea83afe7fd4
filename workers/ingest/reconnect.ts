/** How one attempt at a room ended. `alive` when the room had said something, so that earlier failures are forgiven. */
export type AttemptEnd =
  | { kind: 'lost'; alive: boolean; waitMs: number }
  | { kind: 'failed' }
  | { kind: 'offline' }
  | { kind: 'ended' }
  | { kind: 'not-found' }
  | { kind: 'blocked' };

/** Attempts in a row that came to nothing, and that were refused. */
export interface Trouble {
  failures: number;
  blocks: number;
}

export const noTrouble: Trouble = { failures: 0, blocks: 0 };

/** Lengths in milliseconds; tests shorten them. */
export interface ReconnectTimes {
  firstMs: number;
  longestMs: number;
  /** While the room is off the air: its page is asked again after `pollMs` to twice `pollMs`. */
  pollMs: number;
}

export const reconnectTimes: ReconnectTimes = { firstMs: 1_000, longestMs: 60_000, pollMs: 15_000 };

/**
 * When to try again. It never gives up and never hurries: 1, 2, 4 … 60 s after failures, 15–30 s between looks at a room that is
 * off the air, and 60 s when the platform refuses this client, after one try at another server with a new signature.
 * `random` is from 0 up to 1.
 */
export function nextAttempt(
  trouble: Trouble,
  end: AttemptEnd,
  random: number,
  times: ReconnectTimes = reconnectTimes,
): { trouble: Trouble; waitMs: number } {
  const { firstMs, longestMs, pollMs } = times;
  const jittered = (ms: number) => Math.round(ms * (0.75 + random * 0.5));
  const backoff = (failures: number) => jittered(Math.min(firstMs * 2 ** Math.min(failures, 16), longestMs));
  switch (end.kind) {
    case 'lost': {
      const failures = end.alive ? 0 : trouble.failures;
      return {
        trouble: { failures: failures + 1, blocks: 0 },
        waitMs: Math.max(backoff(failures), end.waitMs),
      };
    }
    case 'failed':
      return { trouble: { ...trouble, failures: trouble.failures + 1 }, waitMs: backoff(trouble.failures) };
    case 'blocked': {
      const waitMs = trouble.blocks === 0 ? jittered(firstMs) : jittered(longestMs);
      return { trouble: { ...trouble, blocks: trouble.blocks + 1 }, waitMs };
    }
    case 'offline':
    case 'ended':
      return { trouble: noTrouble, waitMs: Math.round(pollMs * (1 + random)) };
    case 'not-found':
      return { trouble: noTrouble, waitMs: jittered(longestMs) };
  }
}
