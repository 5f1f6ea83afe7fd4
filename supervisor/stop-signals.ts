export interface StopSignals extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM, or when the npm that started us is gone. */
  signal: AbortSignal;
  /** Called by every further signal. */
  onSecond: () => void;
  /** Called by SIGHUP: a terminal that goes away must not end the show, and an administrator asks for a reload with it. */
  onReload: () => void;
  /** Until the first signal, or so many milliseconds (0: for ever). */
  wait(durationMs: number): Promise<void>;
}

/** A terminal sends one key to the whole group, and npm passes it on once more: what follows within a moment is the same. */
const sameKeyMs = 300;
const parentEveryMs = 500;
const names = ['SIGINT', 'SIGTERM'] as const;

/** Listens from the first moment on, so that a signal during the start stops in order too. */
export function openStopSignals(onSecond: () => void = () => process.exit(1)): StopSignals {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      controller.abort();
    } else if (Date.now() - firstAt > sameKeyMs) {
      signals.onSecond();
    }
  };
  for (const name of names) process.on(name, onSignal);
  const onHangUp = () => signals.onReload();
  process.on('SIGHUP', onHangUp);
  const parent = watchParent(() => {
    if (firstAt === 0) onSignal();
  });
  const signals: StopSignals = {
    signal: controller.signal,
    onSecond,
    onReload: () => undefined,
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
      clearInterval(parent);
      for (const name of names) process.off(name, onSignal);
      process.off('SIGHUP', onHangUp);
    },
  };
  return signals;
}

/** npm ends at SIGTERM and leaves what it had started, which would stay on air with nobody knowing. Started otherwise, we may outlive our parent. */
function watchParent(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, parentEveryMs).unref();
}
