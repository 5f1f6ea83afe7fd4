/**
 * Delays between restarts. The first restart is immediate; then full jitter over a doubling range, so that children which fell
 * together do not come back together. Health lowers the level step by step: it is neither forgotten at once (a crash loop would
 * look new each time) nor kept for ever (systemd never resets, and one bad night slows down every later restart).
 *
 * More than five failures within a minute mean quarantine: a child that does not get going is tried at the longest delay only, for ever,
 * until it has been healthy for a minute. Giving up would make an outage of it. A start that took long to fail counts as several, one more
 * for each 5 s: of those that hang there are never six in a minute, and whoever waits for such a child has to know that it will not come.
 */
export interface Backoff {
  level: number;
  /** When the level last changed; milliseconds of the supervisor's clock. */
  since: number;
  /** When it failed without having worked for long, within the last minute; several times for what took long. */
  failures: number[];
  quarantined: boolean;
}

/** A process that ended. */
export interface Failure {
  /** For how long it had been ready or running. */
  ranMs: number;
  /** Somebody else sent SIGKILL: nothing says that the program is at fault. */
  killed: boolean;
  /** For how long it had been starting, when that has failed. */
  triedMs?: number;
}

/** What follows a failure. */
export interface Retry {
  delayMs: number;
  backoff: Backoff;
  /** It keeps failing: this is the longest delay. */
  isHeldBack: boolean;
}

const firstRangeMs = 250;
/** A child has to be back within 30 s after the cause of its failures is gone, its start and what is left of a failing one included. */
const capMs = 28_000;
/** For a child that had been working for a while: it does not crash in a loop, and every second without it may be silence. */
const steady = { ranMs: 5_000, capMs: 2_000 };
const killed = { ranMs: 1_000, capMs: 500 };
const halveAfterMs = 60_000;
const clearAfterMs = 300_000;
const windowMs = 60_000;
const maxFailures = 5;
const triedAsOneMs = 5_000;
/** Of a child that somebody keeps killing. */
const maxKills = 60;

export const noBackoff: Backoff = { level: 0, since: 0, failures: [], quarantined: false };

/** The delay before the next start and the raised level; `random` in [0, 1). */
export function afterFailure(
  backoff: Backoff,
  now: number,
  random: number,
  failure: Failure = { ranMs: 0, killed: false },
): Retry {
  const isKilled = failure.killed && failure.ranMs >= killed.ranMs;
  const isSteady = failure.ranMs >= steady.ranMs;
  const times = 1 + Math.floor((failure.triedMs ?? 0) / triedAsOneMs);
  const counted = Array.from({ length: Math.min(times, maxFailures) }, () => now);
  const before = backoff.failures.filter((at) => now - at < windowMs);
  const recent = [...before, ...counted].slice(-maxKills - 1);
  const failures = isSteady ? recent.slice(0, -1) : recent;
  const isLooping = failures.length > (isKilled ? maxKills : maxFailures);
  const quarantined = backoff.quarantined || isLooping;
  const next = { level: Math.min(backoff.level + 1, 32), since: now, failures, quarantined };
  // What had failed and works again is no longer what keeps failing.
  if (quarantined && !isSteady && (isLooping || !isKilled)) {
    const delayMs = (capMs / 2) * (1 + random) - (failure.triedMs ?? 0);
    return { delayMs: Math.max(0, Math.round(delayMs)), backoff: next, isHeldBack: true };
  }
  const cap = isKilled ? killed.capMs : isSteady ? steady.capMs : capMs;
  // Only what failed lately makes it slow: one crash after a bad hour is one crash.
  const exponent = isSteady ? backoff.level : Math.min(backoff.level, failures.length - 1);
  const range = exponent === 0 ? 0 : Math.min(firstRangeMs * 2 ** (exponent - 1), cap);
  return { delayMs: Math.round(range * random), backoff: next, isHeldBack: false };
}

/** The level after having been healthy since `healthySince`. */
export function whileHealthy(backoff: Backoff, healthySince: number, now: number): Backoff {
  if (backoff.level === 0 && !backoff.quarantined) return backoff;
  if (now - healthySince >= clearAfterMs) return { ...noBackoff, since: now };
  if (now - Math.max(backoff.since, healthySince) < halveAfterMs) return backoff;
  return { ...backoff, level: Math.floor(backoff.level / 2), since: now, quarantined: false };
}
