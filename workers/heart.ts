import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Heartbeat } from '../protocol/ipc.ts';

export type Vitals = Pick<Heartbeat, 'connected' | 'inFlight' | 'lastProgressAt' | 'counters'>;

/** Beats from the main loop, so that a blocked loop is silent. */
export function openHeart(
  everyMs: number,
  read: () => Vitals,
  report: (heartbeat: Heartbeat) => void,
): Disposable {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let before = performance.eventLoopUtilization();
  const beat = () => {
    const now = performance.eventLoopUtilization();
    report({
      kind: 'heartbeat',
      at: Date.now(),
      loopDelayMs: Math.round(delays.percentile(99) / 1e6),
      utilisation: performance.eventLoopUtilization(now, before).utilization,
      heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
      ...read(),
    });
    before = now;
    delays.reset();
  };
  const timer = setInterval(beat, everyMs);
  timer.unref();
  beat();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      delays.disable();
    },
  };
}
