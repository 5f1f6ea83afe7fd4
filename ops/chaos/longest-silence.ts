/** A stretch of wall time, in unix milliseconds. */
export interface Span {
  fromMs: number;
  toMs: number;
}

export interface Silence {
  longestMs: number;
  /** When it began, counted from the begin of the window. */
  atMs: number;
}

/** The longest stretch of a window in which nothing was to be heard. `sound`: when there was something, in order. Pure. */
export function longestSilence(sound: Iterable<Span>, window: Span): Silence {
  let quietSince = window.fromMs;
  let longest: Silence = { longestMs: 0, atMs: 0 };
  const quietUntil = (atMs: number) => {
    const lengthMs = Math.min(atMs, window.toMs) - quietSince;
    if (lengthMs > longest.longestMs) {
      longest = { longestMs: Math.round(lengthMs), atMs: Math.round(quietSince - window.fromMs) };
    }
  };
  for (const { fromMs, toMs } of sound) {
    if (toMs <= window.fromMs) continue;
    if (fromMs >= window.toMs) break;
    quietUntil(fromMs);
    quietSince = Math.max(quietSince, toMs);
  }
  quietUntil(window.toMs);
  return longest;
}
