/** A feed can be connected and deaf. After `warnMs` without a frame that is said, after `lostMs` the feed is given up. */
export interface SilenceTimes {
  warnMs: number;
  lostMs: number;
}

export const silenceTimes: SilenceTimes = { warnMs: 60_000, lostMs: 90_000 };

/** Thrown by `withinSilence` when nothing came. */
export class SilenceError extends Error {
  override name = 'SilenceError';
  readonly code = 'silent';
}

/**
 * Waits for the next frame, but not for ever. Only the waiting counts as silence: while this side is busy, or the bus is away,
 * the room is not to blame.
 */
export async function withinSilence<Result>(
  next: Promise<Result>,
  { warnMs, lostMs }: SilenceTimes,
  onWarning: () => void,
): Promise<Result> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const warning = setTimeout(onWarning, warnMs);
  const end = setTimeout(() => reject(new SilenceError(`No frame for ${lostMs} ms`)), lostMs);
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(warning);
    clearTimeout(end);
  }
}
