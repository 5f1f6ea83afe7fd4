export interface StopSignals extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** Until the first signal, or so many milliseconds (0: for ever). */
  wait(durationMs: number): Promise<void>;
}

/** The first SIGINT or SIGTERM asks to stop; a later one calls `onSecond`. A terminal sends one key to the whole group, and npm passes it on once more, so one that follows within a moment is the same. */
export function openStopSignals(onSecond: () => void): StopSignals {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      controller.abort();
    } else if (Date.now() - firstAt > sameKeyMs) {
      onSecond();
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  return {
    signal: controller.signal,
    async wait(durationMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = durationMs > 0 ? setTimeout(resolve, durationMs) : undefined;
      const onAbort = () => resolve();
      controller.signal.addEventListener('abort', onAbort, { once: true });
      if (controller.signal.aborted) resolve();
      // Without a timer only the signal ends the wait; the supervisor's own timers keep the process alive.
      await promise;
      clearTimeout(timer);
      controller.signal.removeEventListener('abort', onAbort);
    },
    [Symbol.dispose]() {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, onSignal);
    },
  };
}

const sameKeyMs = 300;
