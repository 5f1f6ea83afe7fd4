/** The time was over, as opposed to somebody saying stop. */
export class TimeLimitError extends Error {
  override name = 'TimeLimitError';
  readonly code = 'time-limit';
}

export interface TimeLimit extends Disposable {
  signal: AbortSignal;
}

/** A signal that says stop after a while, or when the outer one does. Disposing it takes its timer and listener away. */
export function openTimeLimit(limitMs: number, outer: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const stop = () => controller.abort(outer.reason);
  const timer = setTimeout(
    () => controller.abort(new TimeLimitError(`not done within ${limitMs} ms`)),
    limitMs,
  );
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', stop);
    },
  };
}
