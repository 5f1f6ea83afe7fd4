/**
 * Delays between restarts. The first restart is immediate; then full jitter over a doubling range, so that children which fell
 * together do not come back together. Health lowers the level step by step: it is neither forgotten at once (a crash loop would
 * look new each time) nor kept for ever (systemd never resets, and one bad night slows down every later restart).
 */
export interface Backoff {
  level: number;
  /** When the level last changed; unix milliseconds. */
  since: number;
}

const firstRangeMs = 250;
const capMs = 30_000;
/** For a child that had been running for a while: it does not crash in a loop, and every second without it may be silence. */
const steadyCapMs = 2_000;
const steadyMs = 5_000;
const halveAfterMs = 60_000;
const clearAfterMs = 300_000;

export const noBackoff: Backoff = { level: 0, since: 0 };

/** The delay before the next start and the raised level, after having run for `ranMs`; `random` in [0, 1). */
export function afterFailure(
  backoff: Backoff,
  now: number,
  random: number,
  ranMs = 0,
): { delayMs: number; backoff: Backoff } {
  const range =
    backoff.level === 0
      ? 0
      : Math.min(firstRangeMs * 2 ** (backoff.level - 1), ranMs >= steadyMs ? steadyCapMs : capMs);
  return {
    delayMs: Math.round(range * random),
    backoff: { level: Math.min(backoff.level + 1, 32), since: now },
  };
}

/** The level after having been healthy since `healthySince`. */
export function whileHealthy(backoff: Backoff, healthySince: number, now: number): Backoff {
  if (backoff.level === 0) return backoff;
  if (now - healthySince >= clearAfterMs) return { level: 0, since: now };
  if (now - Math.max(backoff.since, healthySince) < halveAfterMs) return backoff;
  return { level: Math.floor(backoff.level / 2), since: now };
}
