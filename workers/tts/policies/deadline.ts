import { TimeLimitError } from '../time-limit.ts';
import type { TimeLimit } from '../time-limit.ts';
import type { Clock } from './clock.ts';

/** Like `openTimeLimit`, by the clock that is given. */
export function openDeadline(clock: Clock, limitMs: number, outer: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const done = new AbortController();
  const stop = () => controller.abort(outer.reason);
  outer.addEventListener('abort', stop, { once: true });
  if (outer.aborted) stop();
  void clock.delay(limitMs, done.signal).then((passed) => {
    if (passed) controller.abort(new TimeLimitError(`not done within ${Math.round(limitMs)} ms`));
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      done.abort();
      outer.removeEventListener('abort', stop);
    },
  };
}

/** What the work gives, or the signal's reason as soon as it says stop, however long the work itself takes to notice. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  // Who leaves early does not hear how it ended; that is no unhandled rejection.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
