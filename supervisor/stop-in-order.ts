import type { Logger } from 'pino';
import { startLayers } from './child-spec.ts';
import type { Conditions } from './conditions.ts';
import type { Roster } from './roster.ts';

export interface StopOptions {
  roster: Roster;
  conditions: Conditions;
  stopTimeoutMs: number;
  /** Tells the children of these services to finish within so many milliseconds. */
  order: (services: string[], drainMs: number) => void;
  log: Logger;
}

const maxUpstreamDrainMs = 4_000;
/** Beyond the time to stop: TERM and KILL need some. */
const hardStopMs = 4_000;

/** Stops in reverse: each layer finishes what it has before those that it fed are asked. */
export async function stopInOrder({
  roster,
  conditions,
  stopTimeoutMs,
  order,
  log,
}: StopOptions): Promise<void> {
  const end = performance.now() + stopTimeoutMs;
  const layers = startLayers(roster.children.map(({ spec }) => spec)).reverse();
  for (const [index, layer] of layers.entries()) {
    const left = Math.max(0, end - performance.now());
    const services = layer.map(({ id }) => id);
    order(services, index === layers.length - 1 ? left : Math.min(left / 2, maxUpstreamDrainMs));
    const stopped = () =>
      roster.children.every(({ spec, life }) => !services.includes(spec.id) || !('pid' in life));
    await conditions.until(stopped, AbortSignal.timeout(Math.ceil(left) + hardStopMs));
    log.info({ layer: services, complete: stopped() }, 'layer stopped');
  }
}
