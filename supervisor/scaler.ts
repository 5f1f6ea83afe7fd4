import type { ScaleState } from './autoscale.ts';
import { autoscale, newScaleState } from './autoscale.ts';
import type { ChildRecord } from './child-record.ts';
import type { Recycling, RecyclingChild } from './recycling.ts';
import { nextRecycling } from './recycling.ts';
import type { ResourceWatch } from './resource-watch.ts';
import type { RosterState, ServiceRecord } from './roster-state.ts';
import { childrenOf, isActive, isReady } from './roster-state.ts';

export interface ScalerOptions {
  state: RosterState;
  resources: Pick<ResourceWatch, 'of' | 'softInMs'>;
  /** The figures that a child last sent with its heartbeat. */
  counters: (id: string) => Record<string, number>;
  onScale: (service: string, wanted: number, reason: string) => void;
  onRecycle: (next: Recycling) => void;
}

/** Decides now and then how many children each service needs, and whose time has come. */
export class Scaler {
  readonly #options: ScalerOptions;
  readonly #states = new Map<string, ScaleState>();
  #recycledAt = -Infinity;

  constructor(options: ScalerOptions) {
    this.#options = options;
  }

  /** Every few seconds, while the show is on. The host's figures in percent; missing ones count as free. */
  look(now: number, host: { cpuPct: number; memoryPct: number }): void {
    const { state } = this.#options;
    if (state.stopping || state.reload) return;
    for (const service of state.services.values()) this.#scale(service, now, host);
    this.#recycle(now);
  }

  #scale(service: ServiceRecord, now: number, host: { cpuPct: number; memoryPct: number }): void {
    const { state, resources, counters, onScale } = this.#options;
    const { id, replicas, softMb } = service.spec;
    if (replicas.max === replicas.min || service.removed) return;
    const working = childrenOf(state, id).filter(isActive);
    // One that is on its way in or out would be counted wrongly.
    if (working.length !== service.wanted) return;
    const mean = (read: (child: ChildRecord) => number) =>
      working.reduce((sum, child) => sum + read(child), 0) / working.length;
    const threads = mean((child) => Math.max(1, counters(child.id)['threads'] ?? 1));
    const {
      state: next,
      wanted,
      reason,
    } = autoscale(this.#states.get(id) ?? newScaleState, {
      now,
      replicas: service.wanted,
      ...replicas,
      queued: working.length * mean((child) => counters(child.id)['queue'] ?? 0),
      capacity: threads,
      cpuPct: mean((child) => resources.of(child.id)?.cpuPct ?? 0) / threads,
      memoryPct: (mean((child) => resources.of(child.id)?.rssMb ?? 0) / softMb) * 100,
      hostCpuPct: host.cpuPct,
      hostMemoryPct: host.memoryPct,
    });
    this.#states.set(id, next);
    if (wanted !== service.wanted) onScale(id, wanted, reason);
  }

  #recycle(now: number): void {
    const { state, onRecycle } = this.#options;
    const services = [...state.services.values()]
      .filter(({ spec }) => spec.swappable)
      .map(({ spec }) => {
        const children = childrenOf(state, spec.id);
        const working = children.filter(({ life, duty }) => duty && life.name === 'running');
        return {
          children: working.flatMap((child) => this.#candidate(child) ?? []),
          readySpares: children.filter(isReady).length,
          changing: children.some(({ retiring }) => retiring !== '') || working.length === 0,
        };
      });
    const next = nextRecycling(services, this.#recycledAt, now);
    if (!next) return;
    this.#recycledAt = now;
    onRecycle(next);
  }

  #candidate(child: ChildRecord): RecyclingChild | undefined {
    const { resources, counters } = this.#options;
    const usage = resources.of(child.id);
    if (!usage) return undefined;
    return {
      id: child.id,
      startedAt: usage.startedAt,
      maxAgeMs: usage.maxAgeMs || Infinity,
      softInMs: resources.softInMs(child),
      speaking: (counters(child.id)['speaking'] ?? 0) > 0,
    };
  }
}
