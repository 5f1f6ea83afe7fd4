import { readFileSync } from 'node:fs';
import { parentOf } from './process-table.ts';

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

/**
 * npm ends at SIGTERM and leaves what it had started, which would stay on air with nobody knowing; killed, it leaves the shell between us
 * as well. Started otherwise, we may outlive our parent.
 */
function watchParent(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  // A shell that runs only one command may have become that command: then npm itself is our parent, and its own may go.
  const npm = isShell(parent) ? parentOf(parent) : undefined;
  return setInterval(() => {
    // What cannot be read for a moment is no sign of anything.
    const now = npm === undefined ? undefined : parentOf(parent);
    if (process.ppid !== parent || (now !== undefined && now !== npm)) onGone();
  }, parentEveryMs).unref();
}

function isShell(pid: number): boolean {
  try {
    return /^(ba|da|z|k)?sh$/.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  } catch {
    return false;
  }
}
