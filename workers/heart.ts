import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Heartbeat } from '../protocol/ipc.ts';

export type Vitals = Pick<Heartbeat, 'connected' | 'inFlight' | 'lastProgressAt' | 'counters'>;

/**
 * Beats from the main loop, so that a blocked loop is silent. All children beat at the same moments, whole multiples of the interval: so
 * the supervisor wakes up once for all of them. Of the counters only those are told that have changed.
 */
export function openHeart(
  everyMs: number,
  read: () => Vitals,
  report: (heartbeat: Heartbeat) => void,
): Disposable {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let before = performance.eventLoopUtilization();
  let told: Record<string, number> = {};
  let timer: NodeJS.Timeout | undefined;
  const beat = () => {
    const now = performance.eventLoopUtilization();
    const vitals = read();
    report({
      kind: 'heartbeat',
      at: Date.now(),
      loopDelayMs: Math.round(delays.percentile(99) / 1e6),
      utilisation: Math.round(performance.eventLoopUtilization(now, before).utilization * 1_000) / 1_000,
      heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
      ...vitals,
      counters: changed(vitals.counters, told),
    });
    told = { ...vitals.counters };
    before = now;
    delays.reset();
    const restMs = everyMs - (Date.now() % everyMs);
    // A timer that came a moment early is not followed by another at once.
    timer = setTimeout(beat, restMs < everyMs / 4 ? restMs + everyMs : restMs).unref();
  };
  beat();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      delays.disable();
    },
  };
}

function changed(counters: Record<string, number>, told: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([name, value]) => told[name] !== value));
}
