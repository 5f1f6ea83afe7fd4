/**
 * Milliseconds until the next whole multiple of an interval, `now` in unix milliseconds: all processes of a machine that wait so are awake
 * at the same moments, and asleep in between.
 */
export function untilBeat(everyMs: number, now: number): number {
  const restMs = everyMs - (now % everyMs);
  // A timer that came a moment early is not followed by another at once.
  return restMs < everyMs / 4 ? restMs + everyMs : restMs;
}
