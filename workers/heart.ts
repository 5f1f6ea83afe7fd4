import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Heartbeat } from '../protocol/ipc.ts';
import { untilBeat } from '../protocol/until-beat.ts';

export type Vitals = Pick<Heartbeat, 'connected' | 'inFlight' | 'lastProgressAt' | 'counters'>;

/**
 * Beats from the main loop, so that a blocked loop is silent. All children beat at the same moments, whole multiples of the interval: so
 * the supervisor wakes up once for all of them. Of the counters only those are told that have changed. `everyMs` is asked at each beat.
 */
export function openHeart(
  everyMs: () => number,
  read: () => Vitals,
  report: (heartbeat: Heartbeat) => void,
): Disposable {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let told: Record<string, number> = {};
  let timer: NodeJS.Timeout | undefined;
  const beat = () => {
    const vitals = read();
    report({
      kind: 'heartbeat',
      at: Date.now(),
      loopDelayMs: Math.round(delays.percentile(99) / 1e6),
      ...vitals,
      counters: changed(vitals.counters, told),
    });
    told = { ...vitals.counters };
    delays.reset();
    timer = setTimeout(beat, untilBeat(everyMs(), Date.now())).unref();
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
