import type { EndpointReport } from '../../../protocol/voice-report.ts';
import type { EndpointStatistics } from './endpoint-statistics.ts';

/** What is asked of an endpoint beside its figures. */
export interface EndpointWatch {
  readonly name: string;
  readonly engineId: string;
  readonly statistics: EndpointStatistics;
  readonly state: EndpointState;
}

export type EndpointState = Pick<EndpointReport, 'state' | 'inFlight' | 'queued'>;

export interface SpeechReport {
  cacheHits: number;
  /** Renditions of another voice that were taken, as nothing else could be had. */
  earlier: number;
  endpoints: EndpointReport[];
}

/** Figures of all endpoints and of the worker, as plain JSON. */
export class Statistics {
  cacheHits = 0;
  earlier = 0;
  readonly #endpoints: readonly EndpointWatch[];

  constructor(endpoints: readonly EndpointWatch[]) {
    this.#endpoints = endpoints;
  }

  snapshot(): SpeechReport {
    const { cacheHits, earlier } = this;
    const endpoints = this.#endpoints.map(({ statistics, state }) => ({
      ...statistics.snapshot(),
      ...state,
    }));
    return { cacheHits, earlier, endpoints };
  }

  /** Few figures for the heartbeat: nine for each engine, by its id, and two for the worker. */
  flatten(): Record<string, number> {
    const flat: Record<string, number> = { 'tts.cacheHits': this.cacheHits, 'tts.earlier': this.earlier };
    const add = (name: string, value: number) => (flat[name] = (flat[name] ?? 0) + value);
    for (const { engineId, statistics, state } of this.#endpoints) {
      const prefix = `tts.${engineId}`;
      const { requests, successes, rejected, failed, hedges, restarts, firstByteP95Ms } = statistics;
      add(`${prefix}.requests`, requests);
      add(`${prefix}.successes`, successes);
      add(`${prefix}.rejected`, rejected);
      add(`${prefix}.failed`, failed);
      add(`${prefix}.hedges`, hedges);
      add(`${prefix}.restarts`, restarts);
      add(`${prefix}.endpoints`, 1);
      add(`${prefix}.available`, state.state === 'closed' ? 1 : 0);
      const slowest = Math.max(flat[`${prefix}.firstByteP95Ms`] ?? 0, Math.round(firstByteP95Ms));
      flat[`${prefix}.firstByteP95Ms`] = slowest;
    }
    return flat;
  }
}
