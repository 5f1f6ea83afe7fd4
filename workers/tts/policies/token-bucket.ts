/** A bucket that fills steadily. `tokens` is below zero when some are promised to those who wait already. */
export interface Bucket {
  tokens: number;
  at: number;
}

export interface Rate {
  /** Requests that may come at once. */
  capacity: number;
  /** Requests per second in the long run. */
  perSecond: number;
}

export const fullBucket = ({ capacity }: Rate, now: number): Bucket => ({ tokens: capacity, at: now });

/**
 * Takes a token now, or promises the next one that nobody else waits for: who takes it waits `waitMs`, in the order of asking. When
 * that would be longer than `maxWaitMs`, none is taken.
 */
export function takeToken(
  bucket: Bucket,
  rate: Rate,
  { now, maxWaitMs }: { now: number; maxWaitMs: number },
): { bucket: Bucket; taken: boolean; waitMs: number } {
  const filled = fill(bucket, rate, now);
  const missing = Math.max(0, 1 - filled.tokens);
  const waitMs = Math.ceil((missing * 1_000) / rate.perSecond);
  if (waitMs > maxWaitMs) return { bucket: filled, taken: false, waitMs };
  return { bucket: { ...filled, tokens: filled.tokens - 1 }, taken: true, waitMs };
}

/** Of somebody who stopped waiting for it. */
export function returnToken(bucket: Bucket, { capacity }: Rate): Bucket {
  return { ...bucket, tokens: Math.min(capacity, bucket.tokens + 1) };
}

function fill(bucket: Bucket, { capacity, perSecond }: Rate, now: number): Bucket {
  const passedMs = Math.max(0, now - bucket.at);
  return { tokens: Math.min(capacity, bucket.tokens + (passedMs * perSecond) / 1_000), at: now };
}
